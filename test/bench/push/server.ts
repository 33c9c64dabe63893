/** The server of the push queries, in a process of its own. */
import { startServer } from '../../../server/app.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { openDatabase } from '../../../src/database.ts';
import type { ServerCall, ServerReply } from './messages.ts';

function reply(message: ServerReply): void {
  process.send?.(message);
}

process.on('message', async (call: ServerCall) => {
  if (call.kind === 'start') {
    const engine = await openDatabase({ directory: call.directory });
    const limits = { stallTimeoutMs: call.stallSeconds * 1000 };
    const { port } = await startServer({ engine, port: 0, logger: silentLogger, limits });
    reply({ kind: 'started', port });
    return;
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  reply({
    kind: 'told',
    cpuMs: (user + system) / 1000,
    residentBytes: rss,
    heapBytes: heapUsed,
    bufferBytes: arrayBuffers,
  });
});
process.on('disconnect', () => process.exit());
