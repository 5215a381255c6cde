import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{analyse,createAnalyser,textKey,unreadable}from"./shared-SA3I6KMG.js";import"./shared-MY3N2TXF.js";import"./shared-FJNBOWS6.js";import"./shared-YDC237PW.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";export{analyse,createAnalyser,textKey,unreadable};
