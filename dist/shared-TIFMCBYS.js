import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{loadSqlParser}from"./shared-ENAZAFHB.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";export{loadSqlParser};
