import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
function unknownAnalysis(text,why){return{unknown:[why],operations:[],shape:[text],holes:[],effects:[],statements:1}}export{unknownAnalysis};
