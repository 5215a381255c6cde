import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{i as a,j as b}from"./shared-UAVX6EKP.js";import"./shared-7CF3KSKO.js";import"./shared-KONEQSHX.js";import"./shared-LG52ENFE.js";import"./shared-4AMBJVDY.js";export{b as extendedFiles,a as standingProblems};
