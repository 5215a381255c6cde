import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a}from"./shared-SKX2FFUG.js";import"./shared-LG52ENFE.js";import"./shared-4AMBJVDY.js";export{a as loadSqlParser};
