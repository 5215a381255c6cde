import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a,b}from"./shared-GV4AKTUF.js";import"./shared-PET3PZT3.js";import"./shared-H2IWEZUP.js";import"./shared-IAUD35DW.js";import"./shared-V27LQ4JL.js";import"./shared-AIBKIHPA.js";import"./shared-6ZICQEZC.js";import"./shared-KONEQSHX.js";import"./shared-LG52ENFE.js";import"./shared-4AMBJVDY.js";export{a as isPostgres,b as openLedger};
