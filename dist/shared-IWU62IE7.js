import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a,b}from"./shared-LY2XQ4HD.js";import"./shared-D2QKSUXH.js";import"./shared-EKZRCPFE.js";import"./shared-IWZ5I6OZ.js";import"./shared-VF5R2AA3.js";import"./shared-MK6NNO32.js";import"./shared-UQYY3BVQ.js";import"./shared-D22RNBRP.js";import"./shared-KDDPKJV6.js";import"./shared-KTZVYYS7.js";export{a as isPostgres,b as openLedger};
