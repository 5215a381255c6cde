import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{b as t}from"./shared-4AMBJVDY.js";var e=t("node:http");var o=e._connectionListener,r=e.METHODS,s=e.STATUS_CODES,n=e.Agent,a=e.ClientRequest,c=e.IncomingMessage,x=e.OutgoingMessage,p=e.Server,i=e.ServerResponse,l=e.createServer,g=e.validateHeaderName,S=e.validateHeaderValue,v=e.get,d=e.request,u=e.setMaxIdleHTTPParsers,T=e.setGlobalProxyFromEnv;export{l as a,d as b};
