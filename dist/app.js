import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{nodeTooOld}from"./shared-FFRSBN2J.js";import{ExitCode}from"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";import{stderr,versions}from"node:process";var problem=nodeTooOld(versions.node,"The App",[22,13]);problem===null?await import("./shared-7LWI4HTN.js"):(stderr.write(`${problem}
`),process.exitCode=ExitCode.policy);
