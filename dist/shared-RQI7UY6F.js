import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{object,string}from"./shared-BQSMYHTF.js";import{JitError}from"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";var answerSchema=object({value:string().min(1)});async function requestIdToken(service,audience){let url=new URL(service.url);url.searchParams.set("audience",audience);let answer=await fetch(url,{headers:{authorization:`bearer ${service.token}`,accept:"application/json"},redirect:"error",signal:AbortSignal.timeout(1e4)}),parsed=answer.ok?answerSchema.safeParse(await answer.json().catch(()=>null)):null;if(parsed?.success===!0)return parsed.data.value;throw new JitError("ID_TOKEN",`GitHub gave this job no ID token (it answered ${answer.status})`)}export{requestIdToken};
