import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as l}from"./shared-4AMBJVDY.js";async function*f(e,n){for(let{repository:i}of await e.heads()){let r=0;for(;;){let o=await e.entries(i,r,500),a=o.at(-1);if(a===void 0)break;r=a.sequence;for(let{kept:t,...s}of o){if(n!==null&&Date.parse(s.at)<n)continue;let c=t===null?null:JSON.parse(t.body);yield{...s,salt:t?.salt??null,fact:c}}}}}l(f,"exportLedger");export{f as exportLedger};
