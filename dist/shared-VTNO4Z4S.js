import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as y}from"./shared-ADSLURFO.js";import"./shared-NKYHERRQ.js";import{d as p,e as c}from"./shared-GWDAHDMY.js";import"./shared-56LCZOJN.js";import{d as l}from"./shared-I535KTG2.js";import"./shared-T5RE7SML.js";import"./shared-WUTJVAYA.js";import"./shared-FFTE3CG4.js";import"./shared-6ZICQEZC.js";import"./shared-KONEQSHX.js";import"./shared-LG52ENFE.js";import{a as i}from"./shared-4AMBJVDY.js";function m(o){let t=l(o),e=y(o),{repository:r,head:s}=t.run;if(e===null||r===null)return{context:t,reader:e,texts:null};let a=o.JIT_INPUT_POLICY||p,n=c(e,r,t.policyBranch,s,a);return n.catch(()=>{}),{context:t,reader:e,texts:n}}i(m,"beginJob");export{m as beginJob};
