import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{entryRow,groupCommit,headRow,pullRow}from"./shared-3NAX5UV5.js";import{firstHead,nextEntry,recordedFact,storedFact}from"./shared-O5SCHNOM.js";import{DatabaseError,esm_default}from"./shared-LOOMHPNQ.js";import"./shared-ZOO4S2FX.js";import"./shared-KSIUDEV4.js";import"./shared-GMYQWRC3.js";import"./shared-UDUBCIAL.js";import"./shared-AHX6LGRR.js";import"./shared-BQSMYHTF.js";import{JitError,messageOf}from"./shared-UD54FUN6.js";import"./shared-F5WBDLXU.js";var lockKey=4417100118,migrations=[`CREATE SEQUENCE jit_approval.mark;
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
   );`,`CREATE TABLE jit_approval.asked (
     guid text PRIMARY KEY,
     attempt bigint NOT NULL,
     asked_at timestamptz NOT NULL DEFAULT now()
   );`];async function migrate(client){await client.query("SELECT pg_advisory_xact_lock($1)",[lockKey]);let version=await schemaOf(client);if(version===0){let{rows}=await client.query("SELECT to_regnamespace('jit_approval') IS NULL AS missing");rows[0]?.missing&&await client.query("CREATE SCHEMA jit_approval"),await client.query("CREATE TABLE jit_approval.schema (version integer NOT NULL)"),await client.query("INSERT INTO jit_approval.schema (version) VALUES (0)")}for(let migration of migrations.slice(version))await client.query(migration);version<migrations.length&&await client.query("UPDATE jit_approval.schema SET version = $1",[migrations.length])}async function requireCurrent(client){let version=await schemaOf(client);if(version!==migrations.length)throw new JitError("ledger-older",version===0?"The database holds no ledger: start the App on it once, or name another database.":`The ledger has schema ${version}, this version reads ${migrations.length}: start the App of this version on it once, which brings it up to date.`)}async function schemaOf(client){if(!(await client.query("SELECT to_regclass('jit_approval.schema') IS NOT NULL AS there")).rows[0]?.there)return 0;let{rows}=await client.query("SELECT version FROM jit_approval.schema"),version=Number(rows[0]?.version??0);if(version<=migrations.length)return version;throw new JitError("ledger-newer",`The ledger has schema ${version}, this version knows ${migrations.length}: start a newer version.`)}var answerWithinMs=2e4;function connect(url,readOnly){let pool=new esm_default.Pool({connectionString:url,application_name:"jit-approval",max:10,connectionTimeoutMillis:1e4,query_timeout:answerWithinMs,keepAlive:!0});pool.on("error",()=>{});let begin=`BEGIN ${readOnly?"READ ONLY":"READ WRITE"}; SET LOCAL idle_in_transaction_session_timeout = ${answerWithinMs}`,closing=null;return{async rows(sql,...values){return(await pool.query(sql,values)).rows},async transaction(work){let client=await pool.connect(),broken=!0;try{await client.query(begin);let result=await work(client);return await client.query("COMMIT"),broken=!1,result}catch(thrown){throw await client.query("ROLLBACK").then(()=>{broken=!1},()=>{}),thrown}finally{client.release(broken)}},close(){return closing??=pool.end(),closing}}}function notOpened(thrown){if(thrown instanceof JitError)return thrown;let what=messageOf(thrown)||"nothing answers there";return new JitError("ledger-open",`The ledger in PostgreSQL cannot be opened: ${what}. Expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE of a server that can be reached, and a user who may create the schema jit_approval.`,{cause:thrown})}var free="UPDATE jit_approval.pull SET holder = NULL, lease = NULL, lease_until = NULL",where="WHERE repository = $1 AND number = $2 AND lease = $3",fromNow=value=>`clock_timestamp() + ${value} * interval '1 millisecond'`;function postgresQueue({rows}){return{async remind({repository,number},installation){await rows(`INSERT INTO jit_approval.pull (repository, number, installation, wake_at)
         VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT (repository, number) DO UPDATE SET
           installation = excluded.installation, wake_at = least(pull.wake_at, excluded.wake_at)`,repository,number,installation)},async dirty(){return(await rows("SELECT repository, number, installation FROM jit_approval.pull WHERE mark IS NOT NULL ORDER BY since")).map(pullRow)},async take({holder,ms}){let[row]=await rows(`WITH next AS MATERIALIZED (
           SELECT repository, number FROM jit_approval.pull
           WHERE (mark IS NOT NULL OR wake_at <= clock_timestamp()) AND not_before <= clock_timestamp()
             AND (lease_until IS NULL OR lease_until <= clock_timestamp())
           ORDER BY since, wake_at LIMIT 1
           FOR UPDATE SKIP LOCKED)
         UPDATE jit_approval.pull SET
           holder = $1, lease = fresh.value, lease_until = ${fromNow("$2::float8")}, wake_at = NULL,
           mark = coalesce(mark, fresh.value), since = coalesce(since, fresh.value)
         FROM next, (SELECT nextval('jit_approval.mark') AS value) AS fresh
         WHERE pull.repository = next.repository AND pull.number = next.number
         RETURNING pull.repository, pull.number, installation, mark, lease, failures`,holder,ms);if(row===void 0)return null;let{mark:mark2,lease,failures}=row;return{...pullRow(row),mark:Number(mark2),lease:Number(lease),failures:Number(failures)}},async renew({key,lease},ms){let sql=`UPDATE jit_approval.pull SET lease_until = ${fromNow("$4::float8")} ${where} RETURNING lease`;return(await rows(sql,key.repository,key.number,lease,ms)).length===1},async release({key,lease,mark:mark2},outcome){let ours=[key.repository,key.number,lease];if(outcome.kind==="failed"){let later=`failures = failures + 1, not_before = ${fromNow("$4::float8")}`;await rows(`${free}, ${later} ${where}`,...ours,outcome.retryInMs);return}let clean="since = CASE WHEN mark = $4 THEN NULL ELSE since END, mark = nullif(mark, $4::bigint)",again=`failures = 0, wake_at = ${fromNow("$5::float8")}`;await rows(`${free}, ${clean}, ${again} ${where}`,...ours,mark2,outcome.againInMs)},async takeDuty(name,{holder,ms}){return(await rows(`INSERT INTO jit_approval.duty (name, holder, lease_until) VALUES ($1, $2, ${fromNow("$3::float8")})
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = ${fromNow("$3::float8")}
         WHERE duty.holder = excluded.holder OR duty.lease_until <= clock_timestamp()
         RETURNING name`,name,holder,ms)).length===1},async leaveDuty(name,holder){await rows("DELETE FROM jit_approval.duty WHERE name = $1 AND holder = $2",name,holder)}}}function postgresRecording({transaction}){let byRepository=new Map;function groupOf(repository){let there=byRepository.get(repository);if(there!==void 0)return there;let made={record:groupCommit(all=>transaction(client=>recordAll(client,all)),thrown=>thrown instanceof DatabaseError),users:0};return byRepository.set(repository,made),made}return{async record(key,facts,delivery,installation){let group=groupOf(key.repository);group.users++;try{return await group.record({key,facts,delivery,installation})}finally{--group.users===0&&byRepository.delete(key.repository)}},markDirty:(key,installation)=>transaction(async client=>{await touch(client,key,installation),await mark(client,key,null)})}}async function recordAll(client,all){let[first]=all;if(first===void 0)return[];let{repository}=first.key,before=all.length>1||first.facts.length>0?await lockHead(client,repository):null,head=before,fresh=[];for(let{key,facts,delivery,installation}of all){let isFresh=delivery===null||await firstTime(client,key,installation,delivery);if(fresh.push(isFresh),!isFresh)continue;delivery===null&&await touch(client,key,installation),head!==null&&(head=await append(client,head,key,facts.map(storedFact)));let state=facts.findLast(fact=>fact.type==="pull")?.state;await mark(client,key,state===void 0?null:state==="open")}return head!==null&&head!==before&&await setHead(client,head),fresh}async function lockHead(client,repository){let lock="SELECT * FROM jit_approval.head WHERE repository = $1 FOR UPDATE",[there]=(await client.query(lock,[repository])).rows;if(there!==void 0)return headRow(there);let{hash}=firstHead(repository);return await client.query("INSERT INTO jit_approval.head (repository, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",[repository,hash]),headRow((await client.query(lock,[repository])).rows[0])}var touchPull=`INSERT INTO jit_approval.pull (repository, number, installation) VALUES ($1, $2, $3)
  ON CONFLICT (repository, number) DO UPDATE SET installation = excluded.installation`;async function touch(client,key,installation){await client.query(touchPull,[key.repository,key.number,installation])}async function firstTime(client,key,installation,delivery){let{rowCount}=await client.query(`WITH touched AS (${touchPull} RETURNING repository, number)
     INSERT INTO jit_approval.delivery (guid, repository, number)
     SELECT $4, repository, number FROM touched ON CONFLICT DO NOTHING`,[key.repository,key.number,installation,delivery]);return rowCount===1}async function append(client,before,key,facts){let head=before;for(let fact of facts){let entry=nextEntry(head,key,fact);await insert(client,entry)&&(head=entry)}return head}async function setHead(client,{repository,sequence,hash}){await client.query("UPDATE jit_approval.head SET sequence = $2, hash = $3 WHERE repository = $1",[repository,sequence,hash])}async function insert(client,entry){let{repository,sequence,number,at,type,once,kept,content,hash}=entry,{rowCount}=await client.query(`INSERT INTO jit_approval.fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (repository, number, once) WHERE once IS NOT NULL DO NOTHING`,[repository,sequence,number,at,type,once,kept.salt,kept.body,content,hash]);return rowCount===1}async function mark(client,{repository,number},open){await client.query(`UPDATE jit_approval.pull
     SET mark = next.value, since = coalesce(since, next.value), open = coalesce($3, open)
     FROM (SELECT nextval('jit_approval.mark') AS value) AS next
     WHERE repository = $1 AND number = $2`,[repository,number,open])}async function postgresLedger(url,{readOnly=!1}={}){let database=connect(url,readOnly),{rows,transaction,close}=database;return await transaction(readOnly?requireCurrent:migrate).catch(async thrown=>{throw await close(),notOpened(thrown)}),{...postgresRecording(database),...postgresQueue(database),async facts({repository,number}){return(await rows(`SELECT sequence, body FROM jit_approval.fact
                   WHERE repository = $1 AND number = $2 AND body IS NOT NULL ORDER BY sequence`,repository,number)).map(row=>recordedFact(Number(row.sequence),String(row.body)))},async open(){return(await rows("SELECT repository, number, installation FROM jit_approval.pull WHERE open")).map(pullRow)},async known(repository){return(await rows("SELECT repository, number, installation FROM jit_approval.pull WHERE repository = $1",repository)).map(pullRow)},async arrived(deliveries){let sql="SELECT DISTINCT guid FROM jit_approval.delivery WHERE guid = ANY($1)";return new Set((await rows(sql,deliveries)).map(({guid})=>String(guid)))},async askedFor(deliveries){let found=await rows("SELECT guid, attempt FROM jit_approval.asked WHERE guid = ANY($1)",deliveries);return new Map(found.map(({guid,attempt})=>[String(guid),Number(attempt)]))},async noteAskedFor(delivery,attempt){await rows(`INSERT INTO jit_approval.asked (guid, attempt) VALUES ($1, $2)
         ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt, asked_at = excluded.asked_at`,delivery,attempt)},async heads(){return(await rows(`SELECT repository, sequence, hash FROM jit_approval.head
         UNION ALL
         SELECT DISTINCT repository, 0, '' FROM jit_approval.fact
         WHERE repository NOT IN (SELECT repository FROM jit_approval.head)
         ORDER BY 1`)).map(headRow)},async entries(repository,after,limit){return(await rows("SELECT * FROM jit_approval.fact WHERE repository = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",repository,after,limit)).map(entryRow)},forget:before=>transaction(client=>forget(client,before)),close}}async function forget(client,before){await client.query("DELETE FROM jit_approval.delivery WHERE seen_at < $1",[before]),await client.query("DELETE FROM jit_approval.asked WHERE asked_at < $1",[before]);let{rowCount}=await client.query(`UPDATE jit_approval.fact SET salt = NULL, body = NULL, once = NULL
     FROM jit_approval.pull
     WHERE fact.repository = pull.repository AND fact.number = pull.number AND NOT pull.open
       AND fact.body IS NOT NULL AND NOT EXISTS (
         SELECT FROM jit_approval.fact AS other
         WHERE other.repository = fact.repository AND other.number = fact.number
           AND other.at::timestamptz >= $1::timestamptz)`,[before]);return rowCount??0}export{postgresLedger};
