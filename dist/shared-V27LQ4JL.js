import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as t}from"./shared-4AMBJVDY.js";function e(n){return Array.isArray(n)?`[${n.map(e).join(",")}]`:typeof n!="object"||n===null?JSON.stringify(n)??"null":`{${Object.entries(n).filter(([,r])=>r!==void 0).sort(([r],[i])=>r<i?-1:1).map(([r,i])=>`${JSON.stringify(r)}:${e(i)}`).join(",")}}`}t(e,"canonical");export{e as a};
