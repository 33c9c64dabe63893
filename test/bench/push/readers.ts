/** Readers of push queries, in a process of their own. */
import type { ReadersCall, ReadersReply } from './messages.ts';
import { Reader, Tally } from './reader.ts';

const OPENING_AT_A_TIME = 50;

const readers: Reader[] = [];
const tally = new Tally();
const stalled: Reader[] = [];

async function open({ port, sql, count, stall }: ReadersCall & { kind: 'open' }): Promise<void> {
  for (let i = 0; i < count; i += OPENING_AT_A_TIME) {
    const opening = Array.from({ length: Math.min(OPENING_AT_A_TIME, count - i) }, () =>
      Reader.open(port, sql, stall ? null : tally),
    );
    readers.push(...(await Promise.all(opening)));
  }
  if (!stall) return;
  stalled.push(...readers);
  for (const reader of stalled) reader.pause();
}

function reply(message: ReadersReply): void {
  process.send?.(message);
}

process.on('message', async (call: ReadersCall) => {
  switch (call.kind) {
    case 'open':
      await open(call);
      return reply({ kind: 'opened' });
    case 'wake':
      for (const reader of stalled.splice(0, call.count)) reader.resume();
      return;
    case 'tell': {
      const { user, system } = process.cpuUsage();
      return reply({
        kind: 'told',
        rowCounts: readers.map(({ count }) => count),
        disordered: readers.filter(({ inOrder }) => !inOrder).length,
        latencies: tally.latencies,
        frames: tally.frames,
        bytes: tally.bytes,
        cpuMs: (user + system) / 1000,
        endedWithToken: readers.filter((reader) => reader.endedWithToken).length,
        ended: readers.filter((reader) => reader.ended).length,
      });
    }
  }
});
process.on('disconnect', () => process.exit());
