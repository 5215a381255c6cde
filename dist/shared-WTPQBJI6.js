import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as y}from"./shared-7KSIFUA2.js";import"./shared-EHCELG32.js";import{d as p,e as c}from"./shared-DYQPSLVZ.js";import"./shared-UF3OIL2H.js";import"./shared-VOG67F6Q.js";import{d as l}from"./shared-FQVBLWGD.js";import"./shared-X2FUJA4D.js";import"./shared-I3VFQRN3.js";import"./shared-KDDPKJV6.js";import{a as i}from"./shared-KTZVYYS7.js";function m(o){let t=l(o),e=y(o),{repository:r,head:s}=t.run;if(e===null||r===null)return{context:t,reader:e,texts:null};let a=o.JIT_INPUT_POLICY||p,n=c(e,r,t.policyBranch,s,a);return n.catch(()=>{}),{context:t,reader:e,texts:n}}i(m,"beginJob");export{m as beginJob};
