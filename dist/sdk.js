// src/sdk/client.ts
import { request as httpRequest } from "node:http";

// src/errors.ts
var JitError = class extends Error {
  code;
  constructor(code, message, options) {
    super(message, options);
    this.name = "JitError";
    this.code = code;
  }
};
function messageOf(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

// src/sdk/client.ts
async function askJudge(base, json) {
  const { status, text: text2 } = await post(base, "/v1/judge", json);
  const answer = status === 200 ? readAnswer(text2) : null;
  if (answer === null) throw new JitError("JA003", `${refusedBy(base)} ${status}: ${detailOf(text2)}`);
  return answer;
}
async function tellSettlement(base, ticket, settlement, latencyMs) {
  const { status, text: text2 } = await post(base, "/v1/settle", JSON.stringify({ ticket, settlement, latencyMs }));
  if (status !== 204) throw new JitError("JA003", `${refusedBy(base)} ${status}: ${detailOf(text2)}`);
}
function refusedBy(base) {
  return `JIT Approval at ${place(base)} was asked and answered`;
}
function place(base) {
  return URL.parse(base)?.origin ?? "JIT_APPROVAL_URL";
}
function post(base, path, body) {
  const url = URL.parse(`${base.replace(/\/$/, "")}${path}`);
  if (url === null || url.protocol !== "http:") {
    const met = "JIT_APPROVAL_URL is set but holds no http:// address. Start the suite by `jit-approval run`.";
    return Promise.reject(new JitError("JA003", met));
  }
  return new Promise((resolve, reject) => {
    const unreachable = (error) => {
      const why = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
      const what = `JIT_APPROVAL_URL is set, but nothing answers at ${url.origin} (${why}), so nothing was done. The run that set it has ended, or this process outlived it; unset the variable to go on without a gate.`;
      reject(new JitError("JA003", what, { cause: error }));
    };
    const request = httpRequest(url, {
      method: "POST",
      agent: false,
      headers: { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }
    });
    request.once("error", unreachable);
    request.once("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", unreachable);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.end(body);
  });
}
function readAnswer(text2) {
  const fields = readObject(text2);
  if (fields === null) return null;
  const { outcome, ticket, actionId, message, detail, hint } = fields;
  if (outcome === "allow") return typeof ticket === "string" ? { outcome, ticket } : null;
  if (outcome !== "held" && outcome !== "denied") return null;
  if (typeof actionId !== "string" || typeof message !== "string") return null;
  return {
    outcome,
    actionId,
    message,
    detail: typeof detail === "string" ? detail : "",
    hint: typeof hint === "string" ? hint : ""
  };
}
function detailOf(text2) {
  const detail = readObject(text2)?.detail;
  return typeof detail === "string" ? detail : "no reason given";
}
function readObject(text2) {
  try {
    const value = JSON.parse(text2);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

// src/sdk/errors.ts
var HeldError = class extends JitError {
  actionId;
  detail;
  hint;
  constructor(words) {
    super("JA001", sentence(words));
    this.name = "HeldError";
    this.actionId = words.actionId;
    this.detail = words.detail;
    this.hint = words.hint;
  }
};
var DeniedError = class extends JitError {
  actionId;
  detail;
  hint;
  constructor(words) {
    super("JA002", sentence(words));
    this.name = "DeniedError";
    this.actionId = words.actionId;
    this.detail = words.detail;
    this.hint = words.hint;
  }
};
function sentence({ message, hint }) {
  return hint === "" ? message : `${message} ${hint}`;
}

// src/sdk/origin.ts
import { fileURLToPath } from "node:url";
var frame = /^\s*at (?:.+? \()?(?:async )?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+):\d+\)?$/;
function callerOf(below) {
  return placesAbove(below)[0] ?? null;
}
function placesAbove(below) {
  const key = captured(below ?? placesAbove, keyOf);
  const known = placesByStack.get(key);
  if (known !== void 0) return known;
  const places = placesIn(String(captured(below ?? placesAbove)));
  if (placesByStack.size >= mostStacks) placesByStack.clear();
  placesByStack.set(key, places);
  return places;
}
var placesByStack = /* @__PURE__ */ new Map();
var mostStacks = 2e3;
function captured(below, prepare) {
  const holder = {};
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 50;
  if (prepare !== void 0) Error.prepareStackTrace = prepare;
  try {
    Error.captureStackTrace(holder, below);
    return holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
function keyOf(_, sites) {
  return sites.map((site) => `${site.getScriptNameOrSourceURL()}:${site.getPosition()}`).join("\n");
}
function placesIn(stack) {
  return stack.split("\n").flatMap((line) => {
    const match = frame.exec(line.trimEnd());
    const path = match?.[1] ?? "";
    if (match === null || path.includes("), ") || /[\\/]node_modules[\\/]/.test(path)) return [];
    return [{ file: path.startsWith("file://") ? fileURLToPath(path) : path, line: Number(match[2]) }];
  });
}

// src/sdk/serialize.ts
function serialize(value) {
  return text(value, "params", []) ?? "null";
}
function text(given, path, above) {
  const value = prepared(given, path);
  if (value === null) return "null";
  if (value === void 0) return void 0;
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw unusable(path, String(value));
    return JSON.stringify(value);
  }
  if (typeof value !== "object") throw unusable(path, `a ${typeof value}`);
  if (above.includes(value)) throw unusable(path, "a cycle");
  const chain = [...above, value];
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => text(item, `${path}[${index}]`, chain) ?? "null").join(",")}]`;
  }
  if (value instanceof Map || value instanceof Set || value instanceof WeakMap || value instanceof WeakSet) {
    throw unusable(path, `a ${value.constructor.name}`);
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw unusable(path, "bytes");
  const members = Object.entries(value).flatMap(([key, item]) => {
    const member = text(item, `${path}.${key}`, chain);
    return member === void 0 ? [] : [`${JSON.stringify(key)}:${member}`];
  });
  return `{${members.join(",")}}`;
}
function prepared(value, path) {
  if (value instanceof Date && Number.isNaN(value.getTime())) throw unusable(path, "an invalid Date");
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (!("toJSON" in value) || typeof value.toJSON !== "function") return value;
  const converted = value.toJSON();
  return converted;
}
function unusable(path, met) {
  return new JitError(
    "JA004",
    `guard() expected parameters that JSON can carry; ${path} is ${met}. Convert it to text or numbers first.`
  );
}

// src/sdk/index.ts
var paramsLimit = 1048576;
async function guard(call, fn) {
  const base = process.env.JIT_APPROVAL_URL;
  if (base === void 0 || base === "") return fn();
  const answer = await askJudge(base, requestOf(call, callerOf(guard)));
  if (answer.outcome === "held") throw new HeldError(answer);
  if (answer.outcome === "denied") throw new DeniedError(answer);
  const start = performance.now();
  const tell = (settlement) => tellSettlement(base, answer.ticket, settlement, performance.now() - start).catch((error) => {
    process.emitWarning(error instanceof Error ? error : String(error));
  });
  try {
    const result = await fn();
    await tell("completed");
    return result;
  } catch (error) {
    await tell("failed");
    throw error;
  }
}
function requestOf(call, origin) {
  const params = serialize(call.params);
  const head = JSON.stringify({
    kind: "call",
    name: call.kind,
    target: call.target,
    cwd: process.cwd(),
    origin: origin ?? void 0,
    ...params.length > paramsLimit ? { unreadable: `parameters of ${params.length} characters` } : {}
  });
  return params.length > paramsLimit ? head : `${head.slice(0, -1)},"params":${params}}`;
}
export {
  DeniedError,
  HeldError,
  guard
};
