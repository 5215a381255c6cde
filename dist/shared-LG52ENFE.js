import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as s}from"./shared-4AMBJVDY.js";var r=class extends Error{static{s(this,"JitError")}code;constructor(n,o,t){super(o,t),this.name="JitError",this.code=n}},d={passed:0,failed:1,usage:64,held:75,denied:77,policy:78};function i(e){return e instanceof Error?e.message:String(e)}s(i,"messageOf");export{r as a,d as b,i as c};
