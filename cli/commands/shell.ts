import { readFileSync } from 'node:fs';
import { MillraceClient } from '../../src/api/client.ts';
import { reportProblems, type Command, type Output, type Surroundings } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { runInput, runText } from '../script.ts';
import { OUTPUT_FORMATS, Session } from '../session.ts';
import { TOKEN_FLAG } from '../token-flag.ts';
import type { Settings } from '../settings.ts';
import { runShell } from '../shell.ts';

const URL_DEFAULT = 'http://localhost:8088';
const INT32_MAX = 2 ** 31 - 1;

/** `millrace [URL]`: SQL against a running server, typed, from a file, from an option or from standard input. */
export const shell: Command = {
  name: 'shell',
  usage: 'millrace [URL]',
  summary: `SQL against a running server (default ${URL_DEFAULT}): a prompt, or what -e, -f or standard input give`,
  flags: [
    { name: 'execute', short: 'e', value: 'SQL', summary: 'run these statements and leave' },
    {
      name: 'file',
      short: 'f',
      value: 'FILE',
      summary: 'run the statements of the file and leave',
    },
    {
      name: 'output',
      value: 'FORMAT',
      summary: 'tabular (default) or json: one JSON text per line of rows',
    },
    TOKEN_FLAG,
    { name: 'query-row-limit', value: 'N', summary: 'end each query after N rows' },
    { name: 'query-timeout', value: 'MS', summary: 'end each query after MS milliseconds' },
  ],

  async run(settings, surroundings) {
    const options = {
      client: readClient(settings),
      output: surroundings.output,
      errors: surroundings.errors,
      format: settings.choice('output', OUTPUT_FORMATS) ?? 'tabular',
      rowLimit: settings.number('query-row-limit', { min: 1, max: INT32_MAX }),
      timeoutMs: settings.number('query-timeout', { min: 1, max: INT32_MAX }),
    };
    const text = readText(settings);
    if (options.client === null || settings.problems.length > 0) {
      reportProblems(shell, settings, surroundings);
      return EXIT.CONFIGURATION;
    }
    const { client } = options;
    leaveWithReader(surroundings.output);
    try {
      return await runSession(new Session({ ...options, client }), { client, text, surroundings });
    } finally {
      client.close();
    }
  },
};

/** Ends the process when nobody reads its output any more, as with `| head`; any other error is a real one. */
function leaveWithReader(output: Output): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.OK);
  });
}

interface SessionInput {
  readonly client: MillraceClient;
  /** What -e or -f gave. */
  readonly text: string | null;
  readonly surroundings: Surroundings;
}

function runSession(session: Session, input: SessionInput): Promise<number> {
  const { client, text, surroundings } = input;
  if (text !== null) return runText(session, text);
  const { input: stdin, output } = surroundings;
  if (stdin.isTTY && output.isTTY) return runShell({ session, client, surroundings });
  return runInput(session, stdin);
}

function readClient(settings: Settings): MillraceClient | null {
  const [url = URL_DEFAULT, ...others] = settings.positionals;
  if (others.length > 0) {
    settings.refuse(
      `One URL is enough; found also ${others.map((word) => `"${word}"`).join(', ')}.`,
    );
  }
  try {
    return new MillraceClient(url, { token: settings.text('token') ?? undefined });
  } catch (error) {
    settings.refuse(`${(error as Error).message} \`millrace help\` lists the commands.`);
    return null;
  }
}

function readText(settings: Settings): string | null {
  const path = settings.text('file');
  const text = settings.text('execute');
  if (path === null) return text;
  if (text !== null) settings.refuse('-e and -f cannot be given together.');
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    settings.refuse(`The file ${path} cannot be read: ${(error as Error).message}.`);
    return null;
  }
}
