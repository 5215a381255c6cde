import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as u,b as n,c as m,e as f,f as e}from"./shared-IDCCFLLV.js";import{c as t}from"./shared-4GN6ENPG.js";import"./shared-KDDPKJV6.js";import{a as s}from"./shared-KTZVYYS7.js";import{mkdirSync as l}from"node:fs";import o from"node:path";async function O(r){let j=o.join(e(r,"RUNNER_TEMP"),"jit-approval"),{use:i,folder:a}=m(e(r,"JIT_USE"),j),p=f(r,i),c=o.join(a,"earlier");return l(c),t("use",i),t("artifact",u(p,Number(e(r,"GITHUB_RUN_ATTEMPT")))),t("pattern",n(p)),t("earlier",c),t("report",o.join(a,"report.json")),0}s(O,"restore");export{O as restore};
