import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{array,boolean,int,strictObject,string}from"./shared-BQSMYHTF.js";var rememberedSchema=strictObject({rule:string().max(200),file:string().max(1e3).nullable(),line:int().min(1).nullable(),place:string().max(400),entry:string().max(2e3).nullable(),why:string().max(500).nullable(),organisation:boolean(),edit:string().max(2e3).nullable(),matches:array(string().max(1e3)).max(10),more:int().min(0)});export{rememberedSchema};
