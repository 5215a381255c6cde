import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a}from"./shared-6JHMOOW7.js";import"./shared-TXF2LZBS.js";import"./shared-7CF3KSKO.js";import"./shared-SN6RZQ3A.js";import"./shared-M5KODTLI.js";import"./shared-DIB74BFO.js";import"./shared-LG52ENFE.js";import"./shared-4AMBJVDY.js";export{a as checkSchema};
