import { ApiError, ConnectionError, MillraceClient } from '../src/api/client.ts';
import { reportProblems, type Command, type Surroundings } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { Flag, Settings } from './settings.ts';

const URL_DEFAULT = 'http://localhost:8088';

/** The flag of commands that talk to a server. */
export const serverFlag: Flag = {
  name: 'server',
  value: 'URL',
  variable: 'MILLRACE_SERVER',
  summary: `the server to talk to (default ${URL_DEFAULT})`,
};

/** Something a command does with words of the command line behind its name. */
export interface Action {
  /** The word that names it. */
  readonly name: string;
  /** What follows the name, such as `TOPIC`. */
  readonly words: string;
  /** How many words it takes. */
  readonly countMin: number;
  readonly countMax: number;
  run(call: ActionCall): Promise<number | void>;
}

export interface ActionCall {
  readonly client: MillraceClient;
  readonly words: readonly string[];
  readonly settings: Settings;
  readonly surroundings: Surroundings;
}

/** A mistake of the user that an action found. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Invocation {
  readonly settings: Settings;
  readonly surroundings: Surroundings;
}

/** Runs the action the command line names against the server; tells the user what went wrong. */
export function runAction(
  command: Command,
  actions: readonly Action[],
  { settings, surroundings }: Invocation,
): Promise<number> {
  const [name = '', ...words] = settings.positionals;
  const action = actions.find((candidate) => candidate.name === name);
  if (action === undefined) {
    const names = actions.map((candidate) => candidate.name).join(', ');
    settings.refuse(`Say one of ${names}; found "${name}".`);
  } else if (words.length < action.countMin || words.length > action.countMax) {
    settings.refuse(`It goes: millrace ${command.name} ${action.name} ${action.words}.`);
  }
  const run = action?.run ?? (() => Promise.resolve());
  return callServer(command, { settings, surroundings, words, run });
}

/** The same for a command that does one thing. */
export function runSingle(
  command: Command,
  options: Invocation & Pick<Action, 'words' | 'run'> & { readonly count: number },
): Promise<number> {
  const { settings, surroundings, run } = options;
  const words = settings.positionals;
  if (words.length !== options.count) {
    settings.refuse(`It goes: millrace ${command.name} ${options.words}.`);
  }
  return callServer(command, { settings, surroundings, words, run });
}

async function callServer(
  command: Command,
  call: Invocation & { readonly words: readonly string[]; readonly run: Action['run'] },
): Promise<number> {
  const { settings, surroundings, words, run } = call;
  const client = clientOf(settings);
  if (client === null || settings.problems.length > 0) {
    reportProblems(command, settings, surroundings);
    return EXIT.CONFIGURATION;
  }
  try {
    return (await run({ client, words, settings, surroundings })) ?? EXIT.OK;
  } catch (error) {
    if (error instanceof UsageError) {
      surroundings.errors.write(`${error.message}\n`);
      return EXIT.CONFIGURATION;
    }
    if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
    surroundings.errors.write(`${error.message}\n`);
    return error instanceof ConnectionError ? EXIT.UNAVAILABLE : EXIT.FAILED;
  } finally {
    client.close();
  }
}

function clientOf(settings: Settings): MillraceClient | null {
  try {
    const token = settings.text('token') ?? undefined;
    return new MillraceClient(settings.text('server') ?? URL_DEFAULT, { token });
  } catch (error) {
    settings.refuse((error as Error).message);
    return null;
  }
}
