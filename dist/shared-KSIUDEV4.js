import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
function canonical(value){return Array.isArray(value)?`[${value.map(canonical).join(",")}]`:typeof value!="object"||value===null?JSON.stringify(value)??"null":`{${Object.entries(value).filter(([,inner])=>inner!==void 0).sort(([a],[b])=>a<b?-1:1).map(([key,inner])=>`${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`}export{canonical};
