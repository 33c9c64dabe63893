/** The readers of the push queries, in a process of their own. */
import type { ReadersCall, ReadersReply } from './messages.ts';
import { Reader, Tally } from './reader.ts';

const OPENING_AT_A_TIME = 50;

const live: Reader[] = [];
const stalled: Reader[] = [];
const tally = new Tally();
/** What the stalled ones read in the end is not counted. */
const stalledTally = new Tally();

async function open(call: ReadersCall & { kind: 'open' }): Promise<void> {
  for (let i = 0; i < call.count; i += OPENING_AT_A_TIME) {
    const opening = Array.from({ length: Math.min(OPENING_AT_A_TIME, call.count - i) }, (_, j) =>
      Reader.open(call.port, call.sql, i + j < call.stalled ? stalledTally : tally),
    );
    for (const reader of await Promise.all(opening)) {
      (stalled.length < call.stalled ? stalled : live).push(reader);
    }
  }
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
      for (const reader of stalled) reader.resume();
      return;
    case 'tell': {
      const { user, system } = process.cpuUsage();
      return reply({
        kind: 'told',
        rowCounts: live.map(({ count }) => count),
        disordered: live.filter(({ inOrder }) => !inOrder).length,
        latencies: tally.latencies,
        frames: tally.frames,
        bytes: tally.bytes,
        cpuMs: (user + system) / 1000,
        endedWithToken: stalled.filter((reader) => reader.endedWithToken).length,
        ended: stalled.filter((reader) => reader.ended).length,
      });
    }
  }
});
process.on('disconnect', () => process.exit());
