import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{KeptAnalyses,textKey,unreadable}from"./shared-SA3I6KMG.js";import"./shared-MY3N2TXF.js";import{unknownAnalysis}from"./shared-FJNBOWS6.js";import"./shared-YDC237PW.js";import"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";var small=64*1024;function largeElsewhere(analyse,elsewhere){let kept=new KeptAnalyses,later=async(text,options,key)=>{let analysis=await elsewhere(text,options);return kept.keep(key,analysis),analysis};return(text,options)=>{if(!isLarge(text))return analyse(text,options);let refused=unreadable(text,options);if(refused!==null)return unknownAnalysis(text,refused);let key=textKey(text,options);return kept.get(key)??later(text,options,key)}}function isLarge(text){return text.length*3<=small?!1:text.length>small||new TextEncoder().encode(text).length>small}export{largeElsewhere};
