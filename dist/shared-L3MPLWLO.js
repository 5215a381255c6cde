import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import"./shared-F5WBDLXU.js";async function*exportLedger(ledger,since){for(let{repository}of await ledger.heads()){let after=0;for(;;){let entries=await ledger.entries(repository,after,500),last=entries.at(-1);if(last===void 0)break;after=last.sequence;for(let{kept,...entry}of entries){if(since!==null&&Date.parse(entry.at)<since)continue;let fact=kept===null?null:JSON.parse(kept.body);yield{...entry,salt:kept?.salt??null,fact}}}}}export{exportLedger};
