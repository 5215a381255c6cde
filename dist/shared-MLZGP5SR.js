import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
var JsonNumber=class{number;#isNumber=!0;constructor(number){this.number=number}static is(value){return typeof value=="object"&&value!==null&&#isNumber in value}},sqlOperations=["select","insert","update","delete","merge","truncate","create","alter","drop","grant","copy","call","set","lock","maintain","listen","transaction","replication","function"];export{JsonNumber,sqlOperations};
