import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{grantSetSchema}from"./shared-4SERIL5N.js";import{flaggedSchema}from"./shared-X3CSNIPU.js";import{iso_exports}from"./shared-AHX6LGRR.js";import{array,literal,object,strictObject,string}from"./shared-BQSMYHTF.js";var livePaths={holds:"/api/live/holds",decisions:"/api/live/decisions"},liveEvent="decisions",liveEnd="end",job=string().min(1).max(300),livePostSchema=strictObject({version:literal(1),job,until:iso_exports.datetime(),holds:array(flaggedSchema).min(1).max(20)}),liveQuerySchema=object({job}),livePostedSchema=object({accepted:array(string()),refused:array(object({fingerprint:string(),why:string()}))}),liveDecisionsSchema=grantSetSchema.pick({version:!0,grants:!0,denied:!0}),liveRefusalSchema=object({message:string().max(2e3)});export{livePaths,liveEvent,liveEnd,livePostSchema,liveQuerySchema,livePostedSchema,liveDecisionsSchema,liveRefusalSchema};
