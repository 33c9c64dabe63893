import type { Command } from './command.ts';
import type { Flag } from './settings.ts';

/** The list of commands. */
export function formatHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ usage, summary }) => [usage, summary] as const);
  return (
    'Millrace is a streaming SQL database in one process.\n\n' +
    `${formatPairs(rows)}\nOptions of a command: millrace help COMMAND\n`
  );
}

/** The options of one command. */
export function formatCommandHelp({ usage, summary, flags }: Command): string {
  const head = `${usage}${flags.length === 0 ? '' : ' [options]'}\n  ${summary}\n`;
  const rows = flags.map((flag) => [flagUsage(flag), flagSummary(flag)] as const);
  return rows.length === 0 ? head : `${head}\n${formatPairs(rows)}`;
}

function flagUsage({ name, short, value }: Flag): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return value === undefined ? names : `${names} ${value}`;
}

function flagSummary({ summary, variable }: Flag): string {
  return variable === undefined ? summary : `${summary} [${variable}]`;
}

function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([first]) => first.length));
  return pairs.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('');
}
