import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a,b,c,d}from"./shared-P7HI3YPQ.js";import"./shared-RRIYYLSB.js";import"./shared-VF5R2AA3.js";import"./shared-DHUCRHIJ.js";import"./shared-VOG67F6Q.js";import"./shared-I3VFQRN3.js";import"./shared-KDDPKJV6.js";import"./shared-KTZVYYS7.js";export{a as backupSqlite,c as inSyncedTransaction,d as inTransaction,b as openDatabase};
