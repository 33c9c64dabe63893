import { resolve } from 'node:path';
import { reportProblems, type Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { write } from '../output.ts';

/** `millrace restore BACKUP DIR`: makes a data directory out of a backup. */
export const restore: Command = {
  name: 'restore',
  usage: 'millrace restore BACKUP DIR',
  summary: 'makes a new data directory out of a backup, offline',
  flags: [],

  async run(settings, surroundings) {
    const [from, to] = settings.positionals;
    if (from === undefined || to === undefined || settings.positionals.length > 2) {
      settings.refuse('Name the backup and the data directory to make of it.');
      reportProblems(restore, settings, surroundings);
      return EXIT.CONFIGURATION;
    }
    const { restoreBackup } = await import('../restore-backup.ts');
    try {
      const { tick } = await restoreBackup(resolve(from), resolve(to));
      await write(surroundings.output, `Restored ${to}, as it was after tick ${tick}\n`);
      return EXIT.OK;
    } catch (error) {
      surroundings.errors.write(`${(error as Error).message}\n`);
      return EXIT.FAILED;
    }
  },
};
