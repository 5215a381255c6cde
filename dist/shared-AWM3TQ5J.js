import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{oneLine}from"./shared-2KD6DTV4.js";var WaitBudget=class{#now;#spent=0;#waiting=0;#since=0;constructor(now){this.#now=now}allowed(ms){let running=this.#waiting===0?0:this.#now()-this.#since;return Math.max(0,Math.min(ms,18e5,36e5-this.#spent-running))}start(){return this.#waiting++===0&&(this.#since=this.#now()),()=>{--this.#waiting===0&&(this.#spent+=this.#now()-this.#since)}}};function none(problem){return{kind:"none",problem}}function outcomeOf(found){return found.kind==="granted"?`approved by ${oneLine(found.grant.by.join(", "))}; it runs now.`:found.kind==="denied"?`denied by ${oneLine(found.by)}.`:`${found.problem===null?"no decision in time":oneLine(found.problem).slice(0,500)}; it goes on as held.`}export{WaitBudget,none,outcomeOf};
