# The App alone. Build: docker build -t jit-approval .   Run: see docs/operating.md
FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 LEDGER=/data/ledger.sqlite CREDENTIALS_FILE=/data/jit-approval.env
WORKDIR /app
# dist/ is bundled and committed: nothing is installed, no build runs here
COPY package.json app.yml LICENSE ./
COPY dist ./dist
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# without a shell in between, SIGTERM reaches the App
CMD ["node", "dist/app.js"]
