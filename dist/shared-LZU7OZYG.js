import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{Client,Connection,DatabaseError,Pool,Query,Result,TypeOverrides,defaults,escapeIdentifier,escapeLiteral,esm_default,types}from"./shared-LOOMHPNQ.js";import"./shared-ZOO4S2FX.js";import"./shared-F5WBDLXU.js";export{Client,Connection,DatabaseError,Pool,Query,Result,TypeOverrides,esm_default as default,defaults,escapeIdentifier,escapeLiteral,types};
