import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{_enum,array,boolean,literal,strictObject,string}from"./shared-BQSMYHTF.js";var formValueSchema=strictObject({name:string().max(300),type:_enum(["string","number","boolean","null","bytes","redacted","varies"]),text:string(),selects:boolean()}),actionFormSchema=strictObject({kind:_enum(["sql","http","command","call"]),target:string().max(500),role:string().max(200).nullable(),relations:array(string().max(300)).max(1e3).nullable(),shape:array(string()).min(1),values:array(formValueSchema),evidence:array(strictObject({name:literal("estimatedRows"),upTo:string().regex(/^10{0,400}$/)})).max(1).optional(),rules:array(strictObject({id:string().max(200),digest:string().regex(/^[0-9a-f]{64}$/)}))});export{actionFormSchema};
