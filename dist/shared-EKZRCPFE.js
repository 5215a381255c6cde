import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as n}from"./shared-KTZVYYS7.js";function e(t){return{key:{repository:String(t.repository),number:Number(t.number)},installation:Number(t.installation)}}n(e,"pullRow");function r(t){return{repository:String(t.repository),sequence:Number(t.sequence),hash:String(t.hash)}}n(r,"headRow");function o(t){return{repository:String(t.repository),sequence:Number(t.sequence),number:Number(t.number),at:String(t.at),type:String(t.type),content:String(t.content),hash:String(t.hash),kept:t.body===null?null:{salt:String(t.salt),body:String(t.body)}}}n(o,"entryRow");export{e as a,r as b,o as c};
