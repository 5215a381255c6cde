import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a}from"./shared-4AMBJVDY.js";function g(e){let n=e.allowed===null?"":`  (allowed: ${e.allowed})`;return`${e.file}:${e.line}:${e.column}  ${e.message}${n}`}a(g,"formatProblem");var i=100;function f(e){let n=e[i];if(n===void 0)return e;let s={...n,message:"more problems from here on are not listed",allowed:null};return[...e.slice(0,i),s]}a(f,"firstProblems");function w(e,n){let r=n.map(t=>({word:t,distance:c(e.toLowerCase(),t.toLowerCase())})).sort((t,l)=>t.distance-l.distance)[0];return r!==void 0&&r.distance<=Math.max(1,Math.floor(r.word.length/3))?r.word:null}a(w,"nearest");function c(e,n){let s=[],r=Array.from({length:n.length+1},(t,l)=>l);for(let t=1;t<=e.length;t++){let l=[t];for(let o=1;o<=n.length;o++){let d=(r[o-1]??0)+(e[t-1]===n[o-1]?0:1),u=t>1&&o>1&&e[t-1]===n[o-2]&&e[t-2]===n[o-1]?(s[o-2]??0)+1:Number.POSITIVE_INFINITY;l.push(Math.min((r[o]??0)+1,(l[o-1]??0)+1,d,u))}s=r,r=l}return r[n.length]??0}a(c,"distance");export{g as a,i as b,f as c,w as d};
