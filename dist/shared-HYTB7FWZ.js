import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{i as a,j as b}from"./shared-4XIG367M.js";import"./shared-I3VFQRN3.js";import"./shared-P3DXOVUM.js";import"./shared-KDDPKJV6.js";import"./shared-KTZVYYS7.js";export{b as extendedFiles,a as standingProblems};
