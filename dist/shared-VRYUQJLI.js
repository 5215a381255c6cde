import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{extendedFiles,standingProblems}from"./shared-R3XZZJFQ.js";import"./shared-MLZGP5SR.js";import"./shared-BQSMYHTF.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";export{extendedFiles,standingProblems};
