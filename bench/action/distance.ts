import { connect, createServer, type Socket } from 'node:net';

/**
 * A TCP relay to the port of the first argument of this machine, by which answers arrive as many milliseconds
 * later as the second says: what a round trip to a system elsewhere takes. With 0 it does nothing but pass on, and
 * takes what any process in between does. Prints its port; ends with its standard input.
 */
const [port, milliseconds] = process.argv.slice(2).map(Number);
if (port === undefined || milliseconds === undefined) throw new Error('expected a port and milliseconds');

const server = createServer({ noDelay: true }, (client) => {
  const remote = connect({ port, host: '127.0.0.1', noDelay: true });
  client.pipe(remote);
  remote.on('data', (chunk: Buffer) => {
    if (milliseconds === 0) client.write(chunk);
    else setTimeout(() => client.write(chunk), milliseconds);
  });
  endTogether(client, remote, milliseconds);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`);
});
process.stdin.on('end', () => process.exit()).resume();

function endTogether(client: Socket, remote: Socket, delay: number): void {
  client.on('error', () => remote.destroy());
  remote.on('error', () => client.destroy());
  remote.on('end', () => setTimeout(() => client.end(), delay));
}
