import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a}from"./shared-MJ76PMQU.js";import"./shared-YMAJ6UWV.js";import"./shared-SN6RZQ3A.js";import"./shared-KSBTXXOR.js";import"./shared-G47NX2FY.js";import"./shared-P3DXOVUM.js";import"./shared-KDDPKJV6.js";import"./shared-KTZVYYS7.js";export{a as checkSchema};
