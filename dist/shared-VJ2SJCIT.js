import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as m,b as T,c as b}from"./shared-EKZRCPFE.js";import{a as h,b as _,g as v,h as A}from"./shared-7WWCZPZA.js";import"./shared-VF5R2AA3.js";import"./shared-DHUCRHIJ.js";import"./shared-VOG67F6Q.js";import"./shared-I3VFQRN3.js";import{a as R}from"./shared-ZSKYIK3M.js";import"./shared-KASSLAGO.js";import{a as E,c as O}from"./shared-KDDPKJV6.js";import{a as i}from"./shared-KTZVYYS7.js";var x=4417100118,c=[`CREATE SEQUENCE jit_approval.mark;
   CREATE TABLE jit_approval.pull (
     repository text NOT NULL,
     number bigint NOT NULL,
     installation bigint NOT NULL,
     open boolean NOT NULL DEFAULT false,
     mark bigint,
     since bigint,
     holder text,
     lease bigint,
     lease_until timestamptz,
     failures integer NOT NULL DEFAULT 0,
     not_before timestamptz NOT NULL DEFAULT '-infinity',
     wake_at timestamptz,
     PRIMARY KEY (repository, number)
   );
   CREATE INDEX pull_dirty ON jit_approval.pull (since) WHERE mark IS NOT NULL;
   CREATE INDEX pull_woken ON jit_approval.pull (wake_at) WHERE wake_at IS NOT NULL;
   CREATE TABLE jit_approval.head (
     repository text PRIMARY KEY,
     sequence bigint NOT NULL,
     hash text NOT NULL
   );
   CREATE TABLE jit_approval.fact (
     repository text NOT NULL,
     sequence bigint NOT NULL,
     number bigint NOT NULL,
     at text NOT NULL,
     type text NOT NULL,
     once text,
     salt text,
     body text,
     content text NOT NULL,
     hash text NOT NULL,
     PRIMARY KEY (repository, sequence),
     FOREIGN KEY (repository, number) REFERENCES jit_approval.pull (repository, number),
     CHECK ((salt IS NULL) = (body IS NULL))
   );
   CREATE INDEX fact_of_pull ON jit_approval.fact (repository, number, sequence);
   CREATE UNIQUE INDEX fact_once ON jit_approval.fact (repository, number, once) WHERE once IS NOT NULL;
   CREATE TABLE jit_approval.delivery (
     guid text NOT NULL,
     repository text NOT NULL,
     number bigint NOT NULL,
     seen_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (guid, repository, number)
   );`];async function S(e){await e.query("SELECT pg_advisory_xact_lock($1)",[x]);let t=await U(e);if(t===0){let{rows:a}=await e.query("SELECT to_regnamespace('jit_approval') IS NULL AS missing");a[0]?.missing&&await e.query("CREATE SCHEMA jit_approval"),await e.query("CREATE TABLE jit_approval.schema (version integer NOT NULL)"),await e.query("INSERT INTO jit_approval.schema (version) VALUES (0)")}for(let a of c.slice(t))await e.query(a);t<c.length&&await e.query("UPDATE jit_approval.schema SET version = $1",[c.length])}i(S,"migrate");async function g(e){let t=await U(e);if(t!==c.length)throw new E("ledger-older",t===0?"The database holds no ledger: start the App on it once, or name another database.":`The ledger has schema ${t}, this version reads ${c.length}: start the App of this version on it once, which brings it up to date.`)}i(g,"requireCurrent");async function U(e){if(!(await e.query("SELECT to_regclass('jit_approval.schema') IS NOT NULL AS there")).rows[0]?.there)return 0;let{rows:a}=await e.query("SELECT version FROM jit_approval.schema"),o=Number(a[0]?.version??0);if(o<=c.length)return o;throw new E("ledger-newer",`The ledger has schema ${o}, this version knows ${c.length}: start a newer version.`)}i(U,"schemaOf");var $=2e4;function C(e,t){let a=new R.Pool({connectionString:e,application_name:"jit-approval",max:10,connectionTimeoutMillis:1e4,query_timeout:$,keepAlive:!0});a.on("error",()=>{});let o=`BEGIN ${t?"READ ONLY":"READ WRITE"}; SET LOCAL idle_in_transaction_session_timeout = ${$}`,n=null;return{async rows(p,...r){return(await a.query(p,r)).rows},async transaction(p){let r=await a.connect(),s=!0;try{await r.query(o);let l=await p(r);return await r.query("COMMIT"),s=!1,l}catch(l){throw await r.query("ROLLBACK").then(()=>{s=!1},()=>{}),l}finally{r.release(s)}},close(){return n??=a.end(),n}}}i(C,"connect");function I(e){if(e instanceof E)return e;let t=O(e)||"nothing answers there";return new E("ledger-open",`The ledger in PostgreSQL cannot be opened: ${t}. Expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE of a server that can be reached, and a user who may create the schema jit_approval.`,{cause:e})}i(I,"notOpened");var D="UPDATE jit_approval.pull SET holder = NULL, lease = NULL, lease_until = NULL",f="WHERE repository = $1 AND number = $2 AND lease = $3",y=i(e=>`clock_timestamp() + ${e} * interval '1 millisecond'`,"fromNow");function q({rows:e}){return{async dirty(){return(await e("SELECT repository, number, installation FROM jit_approval.pull WHERE mark IS NOT NULL ORDER BY since")).map(m)},async take({holder:t,ms:a}){let[o]=await e(`WITH next AS MATERIALIZED (
           SELECT repository, number FROM jit_approval.pull
           WHERE (mark IS NOT NULL OR wake_at <= clock_timestamp()) AND not_before <= clock_timestamp()
             AND (lease_until IS NULL OR lease_until <= clock_timestamp())
           ORDER BY since, wake_at LIMIT 1
           FOR UPDATE SKIP LOCKED)
         UPDATE jit_approval.pull SET
           holder = $1, lease = fresh.value, lease_until = ${y("$2::float8")}, wake_at = NULL,
           mark = coalesce(mark, fresh.value), since = coalesce(since, fresh.value)
         FROM next, (SELECT nextval('jit_approval.mark') AS value) AS fresh
         WHERE pull.repository = next.repository AND pull.number = next.number
         RETURNING pull.repository, pull.number, installation, mark, lease, failures`,t,a);if(o===void 0)return null;let{mark:n,lease:p,failures:r}=o;return{...m(o),mark:Number(n),lease:Number(p),failures:Number(r)}},async renew({key:t,lease:a},o){let n=`UPDATE jit_approval.pull SET lease_until = ${y("$4::float8")} ${f} RETURNING lease`;return(await e(n,t.repository,t.number,a,o)).length===1},async release({key:t,lease:a,mark:o},n){let p=[t.repository,t.number,a];if(n.kind==="failed"){let l=`failures = failures + 1, not_before = ${y("$4::float8")}`;await e(`${D}, ${l} ${f}`,...p,n.retryInMs);return}let r="since = CASE WHEN mark = $4 THEN NULL ELSE since END, mark = nullif(mark, $4::bigint)",s=`failures = 0, wake_at = ${y("$5::float8")}`;await e(`${D}, ${r}, ${s} ${f}`,...p,o,n.againInMs)}}}i(q,"postgresQueue");async function le(e,{readOnly:t=!1}={}){let a=C(e,t),{rows:o,transaction:n,close:p}=a;return await n(t?g:S).catch(async r=>{throw await p(),I(r)}),{...q(a),record:i((r,s,l,N)=>n(async u=>{let L=s.map(v),d=L.length===0?null:await H(u,r.repository);if(await j(u,r,N),l!==null&&!await F(u,r,l))return!1;d!==null&&await M(u,d,r,L);let w=s.findLast(k=>k.type==="pull")?.state;return w!==void 0&&await W(u,r,w==="open"),await P(u,r),!0}),"record"),async facts({repository:r,number:s}){return(await o(`SELECT sequence, body FROM jit_approval.fact
                   WHERE repository = $1 AND number = $2 AND body IS NOT NULL ORDER BY sequence`,r,s)).map(u=>A(Number(u.sequence),String(u.body)))},markDirty:i((r,s)=>n(async l=>{await j(l,r,s),await P(l,r)}),"markDirty"),async open(){return(await o("SELECT repository, number, installation FROM jit_approval.pull WHERE open")).map(m)},async known(r){return(await o("SELECT repository, number, installation FROM jit_approval.pull WHERE repository = $1",r)).map(m)},async heads(){return(await o(`SELECT repository, sequence, hash FROM jit_approval.head
         UNION ALL
         SELECT DISTINCT repository, 0, '' FROM jit_approval.fact
         WHERE repository NOT IN (SELECT repository FROM jit_approval.head)
         ORDER BY 1`)).map(T)},async entries(r,s,l){return(await o("SELECT * FROM jit_approval.fact WHERE repository = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",r,s,l)).map(b)},forget:i(r=>n(s=>K(s,r)),"forget"),close:p}}i(le,"postgresLedger");async function H(e,t){let{hash:a}=h(t);await e.query("INSERT INTO jit_approval.head (repository, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",[t,a]);let{rows:o}=await e.query("SELECT * FROM jit_approval.head WHERE repository = $1 FOR UPDATE",[t]);return T(o[0])}i(H,"lockHead");async function j(e,t,a){await e.query(`INSERT INTO jit_approval.pull (repository, number, installation) VALUES ($1, $2, $3)
     ON CONFLICT (repository, number) DO UPDATE SET installation = excluded.installation`,[t.repository,t.number,a])}i(j,"touch");async function F(e,t,a){let{rowCount:o}=await e.query("INSERT INTO jit_approval.delivery (guid, repository, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",[a,t.repository,t.number]);return o===1}i(F,"firstTime");async function M(e,t,a,o){let n=t;for(let r of o){let s=_(n,a,r);await B(e,s)&&(n=s)}await e.query("UPDATE jit_approval.head SET sequence = $2, hash = $3 WHERE repository = $1",[n.repository,n.sequence,n.hash])}i(M,"append");async function B(e,t){let{repository:a,sequence:o,number:n,at:p,type:r,once:s,kept:l,content:N,hash:u}=t,{rowCount:L}=await e.query(`INSERT INTO jit_approval.fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (repository, number, once) WHERE once IS NOT NULL DO NOTHING`,[a,o,n,p,r,s,l.salt,l.body,N,u]);return L===1}i(B,"insert");async function W(e,t,a){await e.query("UPDATE jit_approval.pull SET open = $3 WHERE repository = $1 AND number = $2",[t.repository,t.number,a])}i(W,"setOpen");async function P(e,{repository:t,number:a}){await e.query(`UPDATE jit_approval.pull SET mark = next.value, since = coalesce(since, next.value)
     FROM (SELECT nextval('jit_approval.mark') AS value) AS next
     WHERE repository = $1 AND number = $2`,[t,a])}i(P,"mark");async function K(e,t){await e.query("DELETE FROM jit_approval.delivery WHERE seen_at < $1",[t]);let{rowCount:a}=await e.query(`UPDATE jit_approval.fact SET salt = NULL, body = NULL, once = NULL
     FROM jit_approval.pull
     WHERE fact.repository = pull.repository AND fact.number = pull.number AND NOT pull.open
       AND fact.body IS NOT NULL AND NOT EXISTS (
         SELECT FROM jit_approval.fact AS other
         WHERE other.repository = fact.repository AND other.number = fact.number
           AND other.at::timestamptz >= $1::timestamptz)`,[t]);return a??0}i(K,"forget");export{le as postgresLedger};
