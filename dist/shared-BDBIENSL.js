import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{setOutput}from"./shared-XYE65ZQU.js";import{artifactName,artifactPattern,claimUse,jobIdentity,required}from"./shared-PZJ2FDRH.js";import"./shared-GPHZ7W42.js";import"./shared-IHPFT7SJ.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";import{mkdirSync}from"node:fs";import path from"node:path";async function restore(environment){let attempt=required(environment,"GITHUB_RUN_ATTEMPT"),{job,index}=jobIdentity(environment,""),execution=`${required(environment,"GITHUB_RUN_ID")}-${attempt}-${job}-${index}`,parent=path.join(required(environment,"RUNNER_TEMP"),"jit-approval",execution),{use,folder}=claimUse(required(environment,"JIT_USE"),parent),identity=jobIdentity(environment,use),earlier=path.join(folder,"earlier");return mkdirSync(earlier),setOutput("use",use),setOutput("artifact",artifactName(identity,Number(attempt))),setOutput("pattern",artifactPattern(identity)),setOutput("earlier",earlier),setOutput("report",path.join(folder,"report.json")),0}export{restore};
