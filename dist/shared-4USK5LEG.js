import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{BodyReader,cstring,message}from"./shared-DHOTJIYF.js";function decodeFields(body){let reader=new BodyReader(body,"ErrorResponse"),fields=new Map;for(;;){let letter=reader.byte();if(letter===0)break;fields.set(String.fromCharCode(letter),reader.text())}return reader.end(),fields}function encodeFields(type,fields){let parts=[...fields].map(([letter,value])=>Buffer.concat([Buffer.from(letter,"latin1"),value,Buffer.from([0])]));return message(type,...parts,Buffer.from([0]))}function errorResponse(error){let parts=[["S",error.severity],["V",error.severity],["C",error.code],["M",error.message],["D",error.detail],["H",error.hint]].flatMap(([letter,text])=>letter===void 0||text===void 0||text===""?[]:[Buffer.from(letter),cstring(text)]);return message("E",...parts,Buffer.from([0]))}function turnAway(socket,error){socket.writable&&socket.write(errorResponse(error)),socket.destroySoon()}export{decodeFields,encodeFields,errorResponse,turnAway};
