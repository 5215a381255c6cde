import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a}from"./shared-CJF3OX77.js";import"./shared-I3VFQRN3.js";import"./shared-SN6RZQ3A.js";import"./shared-P3DXOVUM.js";import"./shared-KTZVYYS7.js";export{a as checkScript};
