import { homedir } from 'node:os';
import { join } from 'node:path';
import { commands } from './commands/index.ts';
import { shell } from './commands/shell.ts';
import { reportProblems, type Command, type Surroundings } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { formatCommandHelp } from './help.ts';
import { Settings } from './settings.ts';

/** Options that are commands. */
const WORDS: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/** After its command a process gets this long to end by itself, then it is ended. */
const LINGER_MS_MAX = 500;

/**
 * Runs `millrace` with the arguments after its name, in this process.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const exitCode = await runCommand(argv, {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    environment: process.env,
    historyPath: join(homedir(), '.millrace-history'),
  });
  // Connections that others keep open must not keep the process.
  setTimeout(() => process.exit(exitCode), LINGER_MS_MAX).unref();
  return exitCode;
}

/** Picks the command, which is the shell unless the first argument names another, and runs it. */
export async function runCommand(
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { command, rest } = pickCommand(argv);
  if (rest.includes('--help') || rest.includes('-h')) {
    surroundings.output.write(formatCommandHelp(command));
    return EXIT.OK;
  }
  const settings = new Settings(command.flags, rest, surroundings.environment);
  // A command without flags has no mistakes of its own to look for.
  if (command.flags.length === 0 && settings.problems.length > 0) {
    reportProblems(command, settings, surroundings);
    return EXIT.CONFIGURATION;
  }
  return command.run(settings, surroundings);
}

function pickCommand(argv: readonly string[]): { command: Command; rest: readonly string[] } {
  const [first = '', ...rest] = argv;
  const name = WORDS[first] ?? first;
  const named = commands.find((command) => command.name === name);
  return named === undefined ? { command: shell, rest: argv } : { command: named, rest };
}
