import { resolve } from 'node:path';
import type { BackupAnswer } from '../../src/api/topics.ts';
import type { Command } from '../command.ts';
import { write } from '../output.ts';
import { runSingle, serverFlag, type ActionCall } from '../remote.ts';
import { TOKEN_FLAG } from '../token-flag.ts';

/** `millrace backup DIR`: copies the database of a running server. */
export const backup: Command = {
  name: 'backup',
  usage: 'millrace backup DIR',
  summary: 'copies the database of a running server to a new directory on its machine',
  flags: [serverFlag, TOKEN_FLAG],
  run: (settings, surroundings) =>
    runSingle(backup, { settings, surroundings, words: 'DIR', count: 1, run: copy }),
};

async function copy({ client, words, surroundings }: ActionCall): Promise<void> {
  const directory = resolve(words[0] ?? '');
  const answer = await client.call<BackupAnswer>('/v1/backup', { directory });
  await write(
    surroundings.output,
    `Backed up ${answer.bytes} bytes, up to tick ${answer.tick}, to ${answer.directory}\n`,
  );
}
