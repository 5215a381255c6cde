import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as e}from"./shared-KTZVYYS7.js";var g=e(t=>`JIT approval: ${t}`,"gateCheckName"),u=e(t=>`JIT approval / ${t}`,"actionCheckName"),d=e(t=>`JIT approval grants ${t}`,"grantsCheckName"),i=/^jit\/([1-9]\d{0,9})\/(gate|hold|grants)\/([0-9a-f]{16})\/([0-9a-f]{0,16})\/(.*)$/s;function c(t){let{pullRequest:r,role:a,key:n,digest:o,annotations:l}=t;return`jit/${r}/${a}/${o}/${l}/${n}`}e(c,"writeExternalId");function p(t){let r=i.exec(t??"");if(r===null)return null;let[,a="",n="",o="",l="",s=""]=r;return n!=="gate"&&n!=="hold"&&n!=="grants"?null:{pullRequest:Number(a),role:n,key:s,digest:o,annotations:l}}e(p,"readExternalId");export{g as a,u as b,d as c,c as d,p as e};
