import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { formatCommandHelp, formatHelp } from '../help.ts';

/** `millrace help [COMMAND]` over the other commands. */
export function helpCommand(others: readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    usage: 'millrace help [COMMAND]',
    summary: 'shows the commands, or the options of one',
    flags: [],

    async run({ positionals: [name] }, { output, errors }) {
      if (name === undefined) {
        output.write(formatHelp([...others, help]));
        return EXIT.OK;
      }
      const command = others.find((candidate) => candidate.name === name);
      if (command === undefined) {
        const names = others.map((candidate) => candidate.name).join(', ');
        errors.write(`There is no command "${name}"; there are ${names}.\n`);
        return EXIT.CONFIGURATION;
      }
      output.write(formatCommandHelp(command));
      return EXIT.OK;
    },
  };
  return help;
}
