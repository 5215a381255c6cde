import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { postgresLedger } from '../../src/ledger/postgres.ts';
import { sqliteLedger } from '../../src/ledger/sqlite.ts';
import { ledgerContract } from '../contract/ledger.ts';
import { databases } from './databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'jit-ledger-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const server = await databases();

ledgerContract('memory', memoryLedger);
ledgerContract('sqlite', () => sqliteLedger(join(folder, `${files++}.db`)));
ledgerContract('postgres', async () => postgresLedger(await server.fresh()));
