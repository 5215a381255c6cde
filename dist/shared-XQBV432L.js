import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{l as O}from"./shared-YT54DGQW.js";import{a as g,b as y,c as L,d as b}from"./shared-H2IWEZUP.js";import{a as w,b as _,g as v,h as A}from"./shared-IAUD35DW.js";import"./shared-FUETS765.js";import"./shared-V27LQ4JL.js";import"./shared-AIBKIHPA.js";import"./shared-6ZICQEZC.js";import"./shared-KONEQSHX.js";import{a as m,c as h}from"./shared-LG52ENFE.js";import{a as s}from"./shared-4AMBJVDY.js";var M=4417100118,c=[`CREATE SEQUENCE jit_approval.mark;
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
   );`,`CREATE TABLE jit_approval.duty (
     name text PRIMARY KEY,
     holder text NOT NULL,
     lease_until timestamptz NOT NULL
   );`];async function S(e){await e.query("SELECT pg_advisory_xact_lock($1)",[M]);let t=await C(e);if(t===0){let{rows:r}=await e.query("SELECT to_regnamespace('jit_approval') IS NULL AS missing");r[0]?.missing&&await e.query("CREATE SCHEMA jit_approval"),await e.query("CREATE TABLE jit_approval.schema (version integer NOT NULL)"),await e.query("INSERT INTO jit_approval.schema (version) VALUES (0)")}for(let r of c.slice(t))await e.query(r);t<c.length&&await e.query("UPDATE jit_approval.schema SET version = $1",[c.length])}s(S,"migrate");async function $(e){let t=await C(e);if(t!==c.length)throw new m("ledger-older",t===0?"The database holds no ledger: start the App on it once, or name another database.":`The ledger has schema ${t}, this version reads ${c.length}: start the App of this version on it once, which brings it up to date.`)}s($,"requireCurrent");async function C(e){if(!(await e.query("SELECT to_regclass('jit_approval.schema') IS NOT NULL AS there")).rows[0]?.there)return 0;let{rows:r}=await e.query("SELECT version FROM jit_approval.schema"),a=Number(r[0]?.version??0);if(a<=c.length)return a;throw new m("ledger-newer",`The ledger has schema ${a}, this version knows ${c.length}: start a newer version.`)}s(C,"schemaOf");var U=2e4;function D(e,t){let r=new O.Pool({connectionString:e,application_name:"jit-approval",max:10,connectionTimeoutMillis:1e4,query_timeout:U,keepAlive:!0});r.on("error",()=>{});let a=`BEGIN ${t?"READ ONLY":"READ WRITE"}; SET LOCAL idle_in_transaction_session_timeout = ${U}`,n=null;return{async rows(i,...o){return(await r.query(i,o)).rows},async transaction(i){let o=await r.connect(),l=!0;try{await o.query(a);let p=await i(o);return await o.query("COMMIT"),l=!1,p}catch(p){throw await o.query("ROLLBACK").then(()=>{l=!1},()=>{}),p}finally{o.release(l)}},close(){return n??=r.end(),n}}}s(D,"connect");function I(e){if(e instanceof m)return e;let t=h(e)||"nothing answers there";return new m("ledger-open",`The ledger in PostgreSQL cannot be opened: ${t}. Expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE of a server that can be reached, and a user who may create the schema jit_approval.`,{cause:e})}s(I,"notOpened");var q="UPDATE jit_approval.pull SET holder = NULL, lease = NULL, lease_until = NULL",f="WHERE repository = $1 AND number = $2 AND lease = $3",N=s(e=>`clock_timestamp() + ${e} * interval '1 millisecond'`,"fromNow");function k({rows:e}){return{async dirty(){return(await e("SELECT repository, number, installation FROM jit_approval.pull WHERE mark IS NOT NULL ORDER BY since")).map(y)},async take({holder:t,ms:r}){let[a]=await e(`WITH next AS MATERIALIZED (
           SELECT repository, number FROM jit_approval.pull
           WHERE (mark IS NOT NULL OR wake_at <= clock_timestamp()) AND not_before <= clock_timestamp()
             AND (lease_until IS NULL OR lease_until <= clock_timestamp())
           ORDER BY since, wake_at LIMIT 1
           FOR UPDATE SKIP LOCKED)
         UPDATE jit_approval.pull SET
           holder = $1, lease = fresh.value, lease_until = ${N("$2::float8")}, wake_at = NULL,
           mark = coalesce(mark, fresh.value), since = coalesce(since, fresh.value)
         FROM next, (SELECT nextval('jit_approval.mark') AS value) AS fresh
         WHERE pull.repository = next.repository AND pull.number = next.number
         RETURNING pull.repository, pull.number, installation, mark, lease, failures`,t,r);if(a===void 0)return null;let{mark:n,lease:i,failures:o}=a;return{...y(a),mark:Number(n),lease:Number(i),failures:Number(o)}},async renew({key:t,lease:r},a){let n=`UPDATE jit_approval.pull SET lease_until = ${N("$4::float8")} ${f} RETURNING lease`;return(await e(n,t.repository,t.number,r,a)).length===1},async release({key:t,lease:r,mark:a},n){let i=[t.repository,t.number,r];if(n.kind==="failed"){let p=`failures = failures + 1, not_before = ${N("$4::float8")}`;await e(`${q}, ${p} ${f}`,...i,n.retryInMs);return}let o="since = CASE WHEN mark = $4 THEN NULL ELSE since END, mark = nullif(mark, $4::bigint)",l=`failures = 0, wake_at = ${N("$5::float8")}`;await e(`${q}, ${o}, ${l} ${f}`,...i,a,n.againInMs)},async takeDuty(t,{holder:r,ms:a}){return(await e(`INSERT INTO jit_approval.duty (name, holder, lease_until) VALUES ($1, $2, ${N("$3::float8")})
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = ${N("$3::float8")}
         WHERE duty.holder = excluded.holder OR duty.lease_until <= clock_timestamp()
         RETURNING name`,t,r,a)).length===1},async leaveDuty(t,r){await e("DELETE FROM jit_approval.duty WHERE name = $1 AND holder = $2",t,r)}}}s(k,"postgresQueue");function P({transaction:e}){let t=new Map;function r(a){let n=t.get(a);if(n!==void 0)return n;let i={record:g(o=>e(l=>B(l,o))),users:0};return t.set(a,i),i}return s(r,"groupOf"),{async record(a,n,i,o){let l=r(a.repository);l.users++;try{return await l.record({key:a,facts:n,delivery:i,installation:o})}finally{--l.users===0&&t.delete(a.repository)}},markDirty:s((a,n)=>e(async i=>{await x(i,a,n),await H(i,a,null)}),"markDirty")}}s(P,"postgresRecording");async function B(e,t){let[r]=t;if(r===void 0)return[];let{repository:a}=r.key,i=t.length>1||r.facts.length>0?await W(e,a):null,o=i,l=[];for(let{key:p,facts:E,delivery:u,installation:d}of t){let T=u===null||await Y(e,p,d,u);if(l.push(T),!T)continue;u===null&&await x(e,p,d),o!==null&&(o=await K(e,o,p,E.map(v)));let R=E.findLast(F=>F.type==="pull")?.state;await H(e,p,R===void 0?null:R==="open")}return o!==null&&o!==i&&await G(e,o),l}s(B,"recordAll");async function W(e,t){let r="SELECT * FROM jit_approval.head WHERE repository = $1 FOR UPDATE",[a]=(await e.query(r,[t])).rows;if(a!==void 0)return L(a);let{hash:n}=w(t);return await e.query("INSERT INTO jit_approval.head (repository, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",[t,n]),L((await e.query(r,[t])).rows[0])}s(W,"lockHead");var j=`INSERT INTO jit_approval.pull (repository, number, installation) VALUES ($1, $2, $3)
  ON CONFLICT (repository, number) DO UPDATE SET installation = excluded.installation`;async function x(e,t,r){await e.query(j,[t.repository,t.number,r])}s(x,"touch");async function Y(e,t,r,a){let{rowCount:n}=await e.query(`WITH touched AS (${j})
     INSERT INTO jit_approval.delivery (guid, repository, number) VALUES ($4, $1, $2) ON CONFLICT DO NOTHING`,[t.repository,t.number,r,a]);return n===1}s(Y,"firstTime");async function K(e,t,r,a){let n=t;for(let i of a){let o=_(n,r,i);await z(e,o)&&(n=o)}return n}s(K,"append");async function G(e,{repository:t,sequence:r,hash:a}){await e.query("UPDATE jit_approval.head SET sequence = $2, hash = $3 WHERE repository = $1",[t,r,a])}s(G,"setHead");async function z(e,t){let{repository:r,sequence:a,number:n,at:i,type:o,once:l,kept:p,content:E,hash:u}=t,{rowCount:d}=await e.query(`INSERT INTO jit_approval.fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (repository, number, once) WHERE once IS NOT NULL DO NOTHING`,[r,a,n,i,o,l,p.salt,p.body,E,u]);return d===1}s(z,"insert");async function H(e,{repository:t,number:r},a){await e.query(`UPDATE jit_approval.pull
     SET mark = next.value, since = coalesce(since, next.value), open = coalesce($3, open)
     FROM (SELECT nextval('jit_approval.mark') AS value) AS next
     WHERE repository = $1 AND number = $2`,[t,r,a])}s(H,"mark");async function fe(e,{readOnly:t=!1}={}){let r=D(e,t),{rows:a,transaction:n,close:i}=r;return await n(t?$:S).catch(async o=>{throw await i(),I(o)}),{...P(r),...k(r),async facts({repository:o,number:l}){return(await a(`SELECT sequence, body FROM jit_approval.fact
                   WHERE repository = $1 AND number = $2 AND body IS NOT NULL ORDER BY sequence`,o,l)).map(u=>A(Number(u.sequence),String(u.body)))},async open(){return(await a("SELECT repository, number, installation FROM jit_approval.pull WHERE open")).map(y)},async known(o){return(await a("SELECT repository, number, installation FROM jit_approval.pull WHERE repository = $1",o)).map(y)},async heads(){return(await a(`SELECT repository, sequence, hash FROM jit_approval.head
         UNION ALL
         SELECT DISTINCT repository, 0, '' FROM jit_approval.fact
         WHERE repository NOT IN (SELECT repository FROM jit_approval.head)
         ORDER BY 1`)).map(L)},async entries(o,l,p){return(await a("SELECT * FROM jit_approval.fact WHERE repository = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",o,l,p)).map(b)},forget:s(o=>n(l=>V(l,o)),"forget"),close:i}}s(fe,"postgresLedger");async function V(e,t){await e.query("DELETE FROM jit_approval.delivery WHERE seen_at < $1",[t]);let{rowCount:r}=await e.query(`UPDATE jit_approval.fact SET salt = NULL, body = NULL, once = NULL
     FROM jit_approval.pull
     WHERE fact.repository = pull.repository AND fact.number = pull.number AND NOT pull.open
       AND fact.body IS NOT NULL AND NOT EXISTS (
         SELECT FROM jit_approval.fact AS other
         WHERE other.repository = fact.repository AND other.number = fact.number
           AND other.at::timestamptz >= $1::timestamptz)`,[t]);return r??0}s(V,"forget");export{fe as postgresLedger};
