import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a,b,c,d,e,f,g,h,i,j,k,l}from"./shared-YT54DGQW.js";import"./shared-FUETS765.js";import"./shared-4AMBJVDY.js";export{a as Client,c as Connection,f as DatabaseError,b as Pool,e as Query,i as Result,j as TypeOverrides,l as default,k as defaults,g as escapeIdentifier,h as escapeLiteral,d as types};
