import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{__require}from"./shared-F5WBDLXU.js";var http=__require("node:http");var _connectionListener=http._connectionListener,METHODS=http.METHODS,STATUS_CODES=http.STATUS_CODES,Agent=http.Agent,ClientRequest=http.ClientRequest,IncomingMessage=http.IncomingMessage,OutgoingMessage=http.OutgoingMessage,Server=http.Server,ServerResponse=http.ServerResponse,createServer=http.createServer,validateHeaderName=http.validateHeaderName,validateHeaderValue=http.validateHeaderValue,get=http.get,request=http.request,setMaxIdleHTTPParsers=http.setMaxIdleHTTPParsers,setGlobalProxyFromEnv=http.setGlobalProxyFromEnv;export{createServer,request};
