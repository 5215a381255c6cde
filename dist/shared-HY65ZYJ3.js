import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{b as r}from"./shared-NWND2IUG.js";import{a as m,b as f,c as j,e as o,f as e}from"./shared-I535KTG2.js";import"./shared-T5RE7SML.js";import"./shared-WUTJVAYA.js";import"./shared-FFTE3CG4.js";import"./shared-LG52ENFE.js";import{a as n}from"./shared-4AMBJVDY.js";import{mkdirSync as E}from"node:fs";import i from"node:path";async function b(t){let c=e(t,"GITHUB_RUN_ATTEMPT"),{job:T,index:U}=o(t,""),d=`${e(t,"GITHUB_RUN_ID")}-${c}-${T}-${U}`,l=i.join(e(t,"RUNNER_TEMP"),"jit-approval",d),{use:a,folder:p}=j(e(t,"JIT_USE"),l),s=o(t,a),u=i.join(p,"earlier");return E(u),r("use",a),r("artifact",m(s,Number(c))),r("pattern",f(s)),r("earlier",u),r("report",i.join(p,"report.json")),0}n(b,"restore");export{b as restore};
