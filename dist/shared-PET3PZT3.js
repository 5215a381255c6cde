import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{a as R,b as p,g as l,h as A}from"./shared-IAUD35DW.js";import{a as E,c}from"./shared-LG52ENFE.js";import{a as n}from"./shared-4AMBJVDY.js";import{existsSync as d}from"node:fs";import{DatabaseSync as C}from"node:sqlite";var i=[`CREATE TABLE pull (
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
   CREATE UNIQUE INDEX fact_once ON fact (repository, number, once) WHERE once IS NOT NULL;`,M,`CREATE TABLE duty (
     name TEXT PRIMARY KEY,
     holder TEXT NOT NULL,
     lease_until INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`];function M(e){let r=new Map,t=e.prepare(`INSERT INTO fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);for(let s of e.prepare("SELECT * FROM unchained ORDER BY sequence").iterate()){let T={repository:String(s.repository),number:Number(s.number)},{sequence:N,...h}=A(Number(s.sequence),String(s.body)),f=r.get(T.repository)??R(T.repository),{sequence:a,at:U,type:m,once:D,kept:u,content:b,hash:L}=p(f,T,l(h));t.run(T.repository,a,T.number,U,m,D,u.salt,u.body,b,L),r.set(T.repository,{repository:T.repository,sequence:a,hash:L})}let o=e.prepare("INSERT INTO head (repository, sequence, hash) VALUES (?, ?, ?)");for(let{repository:s,sequence:T,hash:N}of r.values())o.run(s,T,N);e.exec("DROP TABLE unchained")}n(M,"chainOldFacts");function I(e){e.exec("BEGIN IMMEDIATE");try{let r=y(e);for(let t of i.slice(r))typeof t=="string"?e.exec(t):t(e);e.exec(`PRAGMA user_version = ${i.length}`),e.exec("COMMIT")}catch(r){throw e.exec("ROLLBACK"),r}}n(I,"migrate");function O(e){let r=y(e);if(r!==i.length)throw new E("ledger-older",`The ledger has schema ${r}, this version reads ${i.length}: start the App of this version on it once, which brings it up to date.`)}n(O,"requireCurrent");function y(e){let r=Number(e.prepare("PRAGMA user_version").get()?.user_version);if(r<=i.length)return r;throw new E("ledger-newer",`The ledger has schema ${r}, this version knows ${i.length}: start a newer version.`)}n(y,"schemaOf");var S=5e3;function Y(e,r){if(d(r))throw new E("ledger-backup",`${r} exists; a backup is written to a new file, give another name.`);let t=g(e,!0);try{t.prepare("VACUUM INTO ?").run(r)}catch(o){throw new E("ledger-backup",`The backup ${r} could not be written: ${c(o)}`,{cause:o})}finally{t.close()}}n(Y,"backupSqlite");function g(e,r){let t=null;try{return t=new C(e,{readOnly:r}),t.exec(`PRAGMA busy_timeout = ${S}`),r?(O(t),t):(t.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON"),t.exec("PRAGMA secure_delete = ON"),I(t),t)}catch(o){throw t?.isOpen&&t.close(),o instanceof E?o:new E("ledger-open",`The ledger ${e} cannot be opened: ${c(o)}. It must be a SQLite file in a folder that can be ${r?"read":"written"}.`,{cause:o})}}n(g,"openDatabase");function F(e,r){e.exec("PRAGMA synchronous = FULL");try{return w(e,r)}finally{e.exec("PRAGMA synchronous = NORMAL")}}n(F,"inSyncedTransaction");function w(e,r){e.exec("BEGIN IMMEDIATE");try{let t=r();return e.exec("COMMIT"),t}catch(t){throw e.isTransaction&&e.exec("ROLLBACK"),t}}n(w,"inTransaction");export{Y as a,g as b,F as c,w as d};
