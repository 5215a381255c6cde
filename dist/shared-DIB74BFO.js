import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as n}from"./shared-4AMBJVDY.js";var i={};function a(e){return typeof e=="object"&&e!==null&&!Array.isArray(e)}n(a,"isNode");function l(e){return a(e)?e:i}n(l,"nodeOf");function u(e){return Array.isArray(e)?e:[]}n(u,"listOf");function o(e){return typeof e=="string"?e:null}n(o,"textOf");function d(e){for(let[r,t]of Object.entries(l(e)))if(f(r))return{name:r,node:l(t)};return null}n(d,"wrapped");function f(e){return/^[A-Z]/.test(e)}n(f,"isNodeName");function s(e){return u(e).flatMap(r=>{let t=d(r);return t?.name==="String"?[o(t.node.sval)??""]:[]})}n(s,"strings");function c(e){return{schema:o(e.schemaname),name:o(e.relname)??""}}n(c,"tableOf");function p(e){return{schema:e.at(-2)??null,name:e.at(-1)??""}}n(p,"qualified");var m="*";export{a,l as b,u as c,o as d,d as e,f,s as g,c as h,p as i,m as j};
