import type { Known } from '../../policy/action.ts';
import type { ServerIdentity } from '../../policy/server-identity.ts';
import { askAside, lastAnswer } from './aside.ts';
import type { ServerSide } from './server-side.ts';

/** Only functions of pg_catalog, so that nothing of the target's runs. */
const identityText = `SELECT pg_catalog.host(pg_catalog.inet_server_addr()),
  pg_catalog.inet_server_port(), pg_catalog.current_database(),
  (SELECT c.system_identifier FROM pg_catalog.pg_control_system() AS c)`;

/** Asks the client's own session, which is idle or in a transaction, with nothing outstanding. */
export async function identifyServer(server: ServerSide): Promise<Known<ServerIdentity>> {
  const asked = lastAnswer(await askAside(server, [{ text: identityText }]));
  return asked.known ? identity(asked.value[0]) : asked;
}

function identity(row: readonly (string | null)[] | undefined): Known<ServerIdentity> {
  const [address = null, port = null, database = null, systemIdentifier = null] = row ?? [];
  if (database === null || systemIdentifier === null) return { known: false, why: 'an odd answer' };
  return {
    known: true,
    value: { address, port: port === null ? null : Number(port), database, systemIdentifier },
  };
}
