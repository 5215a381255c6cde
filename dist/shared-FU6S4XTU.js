import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{matchDecision}from"./shared-4SERIL5N.js";var noDecisions={grants:[],denied:[]};function takeDecision({decisions,problem},form,used,now){let found=matchDecision(decisions,form,used,now);if(found.kind==="none")return{kind:"none",problem};if(found.kind==="denied")return found;let{binds}=found.grant,count=by=>used.set(binds,(used.get(binds)??0)+by);return count(1),{...found,giveBack:()=>count(-1)}}function decidedGrants(load,now,used=new Map){let loading=null;return{async find(hold){return loading??=load(),takeDecision(await loading,hold.form,used,now())}}}export{noDecisions,takeDecision,decidedGrants};
