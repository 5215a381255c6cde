import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{jobReader}from"./shared-RLGC2GTI.js";import"./shared-GOX55AIP.js";import{policyFile,policyTexts}from"./shared-XBEUN3BB.js";import"./shared-QOG4RBZ7.js";import"./shared-HRQDYGAP.js";import{jobContext}from"./shared-PZJ2FDRH.js";import"./shared-X7COXXD5.js";import"./shared-IHPFT7SJ.js";import"./shared-BQSMYHTF.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";function beginJob(environment){let context=jobContext(environment),reader=jobReader(environment),{repository,head}=context.run;if(reader===null||repository===null)return{context,reader,texts:null};let file=environment.JIT_INPUT_POLICY||policyFile,texts=policyTexts(reader,repository,context.policyBranch,head,file);return texts.catch(()=>{}),{context,reader,texts}}export{beginJob};
