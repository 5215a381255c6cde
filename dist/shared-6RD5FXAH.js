import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{countedSchema,flaggedSchema,policySourceSchema,reportSchema,stepResultSchema,stepStatuses,targetResultSchema}from"./shared-X3CSNIPU.js";import"./shared-2KD6DTV4.js";import"./shared-GMYQWRC3.js";import"./shared-EBD3LVXD.js";import"./shared-UDUBCIAL.js";import"./shared-AHX6LGRR.js";import"./shared-BQSMYHTF.js";import"./shared-F5WBDLXU.js";export{countedSchema,flaggedSchema,policySourceSchema,reportSchema,stepResultSchema,stepStatuses,targetResultSchema};
