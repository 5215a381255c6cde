import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as n}from"./shared-4AMBJVDY.js";var r=class{static{n(this,"JsonNumber")}number;#e=!0;constructor(e){this.number=e}static is(e){return typeof e=="object"&&e!==null&&#e in e}},a=["select","insert","update","delete","merge","truncate","create","alter","drop","grant","copy","call","set","lock","maintain","listen","transaction","replication","function"];export{r as a,a as b};
