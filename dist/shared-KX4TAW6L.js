import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{JitError,messageOf}from"./shared-UD54FUN6.js";var loopback="127.0.0.1";async function listenOnFreePort(server){await new Promise((resolve,reject)=>{server.once("error",error=>{reject(new JitError("gate-listen",`The gate cannot listen on ${loopback}: ${messageOf(error)}.`))}),server.listen(0,loopback,resolve)});let address=server.address();if(address===null||typeof address=="string")throw new JitError("gate-listen","The gate listens on no port; it was closed while it started.");return address.port}export{loopback,listenOnFreePort};
