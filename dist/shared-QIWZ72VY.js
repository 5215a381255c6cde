import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{jobReader}from"./shared-PD776KTT.js";import"./shared-ODWDJAOK.js";import{policyFile,policyTexts}from"./shared-TLOLF5SM.js";import"./shared-TT5OLZHW.js";import"./shared-AHX6LGRR.js";import{jobContext}from"./shared-PZJ2FDRH.js";import"./shared-GPHZ7W42.js";import"./shared-IHPFT7SJ.js";import"./shared-BQSMYHTF.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";function beginJob(environment){let context=jobContext(environment),reader=jobReader(environment),file=environment.JIT_INPUT_POLICY||policyFile,{repository,head}=context.run;if(reader===null||repository===null)return{context,reader,file,texts:null};let texts=policyTexts(reader,repository,context.policyBranch,head,file);return texts.catch(()=>{}),{context,reader,file,texts}}export{beginJob};
