import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{firstHead,nextEntry,recordedFact,storedFact}from"./shared-O5SCHNOM.js";import{JitError,messageOf}from"./shared-UD54FUN6.js";import{existsSync}from"node:fs";import{DatabaseSync}from"node:sqlite";var migrations=[`CREATE TABLE pull (
     repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     installation INTEGER NOT NULL,
     open INTEGER NOT NULL DEFAULT 0,
     mark INTEGER,
     since INTEGER,
     PRIMARY KEY (repository, number)
   ) STRICT;
   CREATE TABLE fact (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     type TEXT NOT NULL,
     once TEXT,
     body TEXT NOT NULL,
     FOREIGN KEY (repository, number) REFERENCES pull (repository, number)
   ) STRICT;
   CREATE INDEX fact_of_pull ON fact (repository, number, sequence);
   CREATE UNIQUE INDEX fact_once ON fact (repository, number, once) WHERE once IS NOT NULL;
   CREATE TABLE delivery (
     guid TEXT NOT NULL,
     repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     PRIMARY KEY (guid, repository, number)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO counter (name, value) VALUES ('mark', 0);`,`ALTER TABLE pull ADD COLUMN holder TEXT;
   ALTER TABLE pull ADD COLUMN lease INTEGER;
   ALTER TABLE pull ADD COLUMN lease_until INTEGER;
   ALTER TABLE pull ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE pull ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE pull ADD COLUMN wake_at INTEGER;
   CREATE INDEX pull_dirty ON pull (since) WHERE mark IS NOT NULL;
   CREATE INDEX pull_woken ON pull (wake_at) WHERE wake_at IS NOT NULL;
   ALTER TABLE delivery ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
   UPDATE delivery SET seen_at = unixepoch() * 1000;
   CREATE TABLE head (
     repository TEXT PRIMARY KEY,
     sequence INTEGER NOT NULL,
     hash TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   ALTER TABLE fact RENAME TO unchained;
   DROP INDEX fact_of_pull;
   DROP INDEX fact_once;
   CREATE TABLE fact (
     repository TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     number INTEGER NOT NULL,
     at TEXT NOT NULL,
     type TEXT NOT NULL,
     once TEXT,
     salt TEXT,
     body TEXT,
     content TEXT NOT NULL,
     hash TEXT NOT NULL,
     PRIMARY KEY (repository, sequence),
     FOREIGN KEY (repository, number) REFERENCES pull (repository, number),
     CHECK ((salt IS NULL) = (body IS NULL))
   ) STRICT;
   CREATE INDEX fact_of_pull ON fact (repository, number, sequence);
   CREATE UNIQUE INDEX fact_once ON fact (repository, number, once) WHERE once IS NOT NULL;`,chainOldFacts,`CREATE TABLE duty (
     name TEXT PRIMARY KEY,
     holder TEXT NOT NULL,
     lease_until INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,`CREATE TABLE asked (
     guid TEXT PRIMARY KEY,
     attempt INTEGER NOT NULL,
     asked_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`];function chainOldFacts(database){let heads=new Map,insert=database.prepare(`INSERT INTO fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);for(let row of database.prepare("SELECT * FROM unchained ORDER BY sequence").iterate()){let key={repository:String(row.repository),number:Number(row.number)},{sequence:_,...fact}=recordedFact(Number(row.sequence),String(row.body)),head=heads.get(key.repository)??firstHead(key.repository),{sequence,at,type,once,kept,content,hash}=nextEntry(head,key,storedFact(fact));insert.run(key.repository,sequence,key.number,at,type,once,kept.salt,kept.body,content,hash),heads.set(key.repository,{repository:key.repository,sequence,hash})}let keep=database.prepare("INSERT INTO head (repository, sequence, hash) VALUES (?, ?, ?)");for(let{repository,sequence,hash}of heads.values())keep.run(repository,sequence,hash);database.exec("DROP TABLE unchained")}function migrate(database){database.exec("BEGIN IMMEDIATE");try{let version=schemaOf(database);for(let migration of migrations.slice(version))typeof migration=="string"?database.exec(migration):migration(database);database.exec(`PRAGMA user_version = ${migrations.length}`),database.exec("COMMIT")}catch(thrown){throw database.exec("ROLLBACK"),thrown}}function requireCurrent(database){let version=schemaOf(database);if(version!==migrations.length)throw new JitError("ledger-older",`The ledger has schema ${version}, this version reads ${migrations.length}: start the App of this version on it once, which brings it up to date.`)}function schemaOf(database){let version=Number(database.prepare("PRAGMA user_version").get()?.user_version);if(version<=migrations.length)return version;throw new JitError("ledger-newer",`The ledger has schema ${version}, this version knows ${migrations.length}: start a newer version.`)}var busyTimeoutMs=5e3;function backupSqlite(file,copy){if(existsSync(copy))throw new JitError("ledger-backup",`${copy} exists; a backup is written to a new file, give another name.`);let database=openDatabase(file,!0);try{database.prepare("VACUUM INTO ?").run(copy)}catch(thrown){throw new JitError("ledger-backup",`The backup ${copy} could not be written: ${messageOf(thrown)}`,{cause:thrown})}finally{database.close()}}function openDatabase(file,readOnly){let database=null;try{return database=new DatabaseSync(file,{readOnly}),database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`),readOnly?(requireCurrent(database),database):(database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON"),database.exec("PRAGMA secure_delete = ON"),migrate(database),database)}catch(thrown){throw database?.isOpen&&database.close(),thrown instanceof JitError?thrown:new JitError("ledger-open",`The ledger ${file} cannot be opened: ${messageOf(thrown)}. It must be a SQLite file in a folder that can be ${readOnly?"read":"written"}.`,{cause:thrown})}}function inSyncedTransaction(database,work){database.exec("PRAGMA synchronous = FULL");try{return inTransaction(database,work)}finally{database.exec("PRAGMA synchronous = NORMAL")}}function inTransaction(database,work){database.exec("BEGIN IMMEDIATE");try{let result=work();return database.exec("COMMIT"),result}catch(thrown){throw database.isTransaction&&database.exec("ROLLBACK"),thrown}}var constraint=19;function isConstraint(thrown){return thrown instanceof Error&&"errcode"in thrown&&typeof thrown.errcode=="number"&&(thrown.errcode&255)===constraint}export{backupSqlite,openDatabase,inSyncedTransaction,inTransaction,isConstraint};
