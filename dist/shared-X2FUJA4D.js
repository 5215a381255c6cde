import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{b as t,d as o}from"./shared-KTZVYYS7.js";var m={};o(m,{Agent:()=>c,ClientRequest:()=>x,IncomingMessage:()=>p,METHODS:()=>n,OutgoingMessage:()=>i,STATUS_CODES:()=>a,Server:()=>l,ServerResponse:()=>g,_connectionListener:()=>s,createServer:()=>S,default:()=>r,get:()=>u,request:()=>T,setGlobalProxyFromEnv:()=>M,setMaxIdleHTTPParsers:()=>H,validateHeaderName:()=>v,validateHeaderValue:()=>d});var e=t("node:http"),r=e,s=e._connectionListener,n=e.METHODS,a=e.STATUS_CODES,c=e.Agent,x=e.ClientRequest,p=e.IncomingMessage,i=e.OutgoingMessage,l=e.Server,g=e.ServerResponse,S=e.createServer,v=e.validateHeaderName,d=e.validateHeaderValue,u=e.get,T=e.request,H=e.setMaxIdleHTTPParsers,M=e.setGlobalProxyFromEnv;export{c as a,S as b,T as c,m as d};
