import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{added,readTrusted,systemFile,trustedBeside,whole,wholeWhereSet}from"./shared-3W4RU2YK.js";import"./shared-F5WBDLXU.js";import{chmodSync,existsSync,mkdtempSync,rmSync,writeFileSync}from"node:fs";import{tmpdir}from"node:os";import path from"node:path";import{rootCertificates}from"node:tls";var alone="JIT_APPROVAL_CA";function trustAuthority(pem,environment){let folder=temporaryFolder(environment),close=()=>rmSync(folder,{recursive:!0,force:!0});try{return{environment:writeFiles(folder,pem,environment),close}}catch(thrown){throw close(),thrown}}function writeFiles(folder,pem,environment){let files=new Map,fileWith=before=>{let known=files.get(before);if(known!==void 0)return known;let file=path.join(folder,files.size===0?"authority.pem":`bundle-${files.size}.pem`);return writeFileSync(file,before===""||before.endsWith(`
`)?`${before}${pem}`:`${before}
${pem}`),chmodSync(file,420),files.set(before,file),file},set={[alone]:fileWith("")},give=(name,otherwise)=>{let before=environment[name]===void 0?otherwise:readTrusted(environment[name]);before!==null&&(set[name]=fileWith(before))},all=allTrusted(environment);for(let name of added)give(name,"");for(let name of whole)give(name,all);for(let name of wholeWhereSet)give(name,null);return set}function temporaryFolder({RUNNER_TEMP:given}){let parent=given!==void 0&&existsSync(given)?given:tmpdir(),folder=mkdtempSync(path.join(parent,"jit-trust-"));return chmodSync(folder,493),folder}function allTrusted(environment){return[...systemFile()===null?rootCertificates:[],...trustedBeside(environment)].join(`
`)}export{trustAuthority};
