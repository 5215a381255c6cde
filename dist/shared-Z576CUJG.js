import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{isPostgres,openLedger}from"./shared-N3CEI34V.js";import"./shared-LU4IMGRP.js";import"./shared-3NAX5UV5.js";import"./shared-O5SCHNOM.js";import"./shared-KSIUDEV4.js";import"./shared-GMYQWRC3.js";import"./shared-UDUBCIAL.js";import"./shared-AHX6LGRR.js";import"./shared-BQSMYHTF.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";export{isPostgres,openLedger};
