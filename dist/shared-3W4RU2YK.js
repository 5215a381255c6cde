import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{existsSync,readFileSync}from"node:fs";var added=["NODE_EXTRA_CA_CERTS","DENO_CERT"],whole=["SSL_CERT_FILE","REQUESTS_CA_BUNDLE","CURL_CA_BUNDLE","GIT_SSL_CAINFO","AWS_CA_BUNDLE"],wholeWhereSet=["PIP_CERT","NPM_CONFIG_CAFILE","npm_config_cafile","CARGO_HTTP_CAINFO","CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE","HTTPLIB2_CA_CERTS","NIX_SSL_CERT_FILE"];function trustedBeside(environment){let named=[...added,...whole,...wholeWhereSet].map(name=>readTrusted(environment[name]));return[...new Set([...named,systemFile()])].filter(pem=>pem!==null)}var systemFiles=["/etc/ssl/certs/ca-certificates.crt","/etc/pki/tls/certs/ca-bundle.crt","/etc/ssl/ca-bundle.pem","/etc/ssl/cert.pem"];function systemFile(){return readTrusted(systemFiles.find(file=>existsSync(file)))}function readTrusted(file){if(file===void 0||file==="")return null;try{return readFileSync(file,"latin1")}catch{return null}}export{added,whole,wholeWhereSet,trustedBeside,systemFile,readTrusted};
