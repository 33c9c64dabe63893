import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { packageVersion } from '../../server/version.ts';

/** `millrace version` and `millrace --version`. */
export const version: Command = {
  name: 'version',
  usage: 'millrace version',
  summary: 'shows the version',
  flags: [],

  async run(_settings, { output }) {
    output.write(`millrace ${packageVersion()}\n`);
    return EXIT.OK;
  },
};
