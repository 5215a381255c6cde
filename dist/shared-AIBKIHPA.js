import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{D as t,G as r,O as m,Q as i,n as e,v as n,x as a}from"./shared-KONEQSHX.js";var o=r({name:e().max(300),type:m(["string","number","boolean","null","bytes","redacted","varies"]),text:e(),selects:a()}),s=r({kind:m(["sql","http","command","call"]),target:e().max(500),role:e().max(200).nullable(),relations:t(e().max(300)).max(1e3).nullable(),shape:t(e()).min(1),values:t(o),evidence:t(r({name:i("estimatedRows"),upTo:e().regex(/^10{0,400}$/)})).max(1).optional(),rules:t(r({id:e().max(200),digest:e().regex(/^[0-9a-f]{64}$/)}))});var c=r({rule:e().max(200),file:e().max(1e3).nullable(),line:n().min(1).nullable(),place:e().max(400),entry:e().max(2e3).nullable(),why:e().max(500).nullable(),organisation:a(),edit:e().max(2e3).nullable(),matches:t(e().max(1e3)).max(10),more:n().min(0)});export{s as a,c as b};
