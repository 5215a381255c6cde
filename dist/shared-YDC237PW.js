import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
var nothing={};function isNode(tree){return typeof tree=="object"&&tree!==null&&!Array.isArray(tree)}function nodeOf(tree){return isNode(tree)?tree:nothing}function listOf(tree){return Array.isArray(tree)?tree:[]}function textOf(tree){return typeof tree=="string"?tree:null}function wrapped(tree){for(let[name,fields]of Object.entries(nodeOf(tree)))if(isNodeName(name))return{name,node:nodeOf(fields)};return null}function isNodeName(key){return/^[A-Z]/.test(key)}function strings(tree){return listOf(tree).flatMap(item=>{let found=wrapped(item);return found?.name==="String"?[textOf(found.node.sval)??""]:[]})}function tableOf(range){return{schema:textOf(range.schemaname),name:textOf(range.relname)??""}}function qualified(parts){return{schema:parts.at(-2)??null,name:parts.at(-1)??""}}var every="*";export{isNode,nodeOf,listOf,textOf,wrapped,isNodeName,strings,tableOf,qualified,every};
