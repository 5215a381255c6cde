import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{cancelUpstream,connectUpstream}from"./shared-RZDEQRQU.js";import"./shared-DHOTJIYF.js";import"./shared-LOOMHPNQ.js";import"./shared-ZOO4S2FX.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";export{cancelUpstream,connectUpstream};
