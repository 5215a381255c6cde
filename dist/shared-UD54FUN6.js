import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
var JitError=class extends Error{code;constructor(code,message,options){super(message,options),this.name="JitError",this.code=code}},ExitCode={passed:0,failed:1,usage:64,held:75,denied:77,policy:78};function messageOf(thrown){return thrown instanceof Error?thrown.message:String(thrown)}export{JitError,ExitCode,messageOf};
