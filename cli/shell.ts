import { splitStatements } from '../grammar/split.ts';
import { packageVersion } from '../server/version.ts';
import type { MillraceClient } from '../src/api/client.ts';
import type { Surroundings } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { History } from './history.ts';
import { OUTPUT_FORMATS, type Session, type OutputFormat } from './session.ts';
import { classifyStatement } from './statement.ts';
import { Terminal } from './terminal.ts';
import { safeLine } from './text.ts';

const PROMPT = 'millrace> ';
const CONTINUATION = '      ... ';

const HELP = `Statements end with ";" and may span lines.

  SHOW STREAMS; SHOW TABLES;      what there is; DESCRIBE name; shows columns
  SELECT ... EMIT CHANGES;        runs until Ctrl-C
  SET 'name' = 'value';           a property for this shell; UNSET 'name'; undoes it

  help        this text           output [tabular|json]   how results are shown
  history     lines typed         version                 of shell and server
  clear       clears the screen   exit, Ctrl-D            leaves

`;

/** What the shell works with. */
export interface ShellOptions {
  readonly session: Session;
  readonly client: MillraceClient;
  readonly surroundings: Surroundings;
  /** Aborting it leaves the shell. */
  readonly signal?: AbortSignal;
}

/** Talks with a user at a terminal until they leave. @returns the exit code. */
export async function runShell(options: ShellOptions): Promise<number> {
  const shell = new Shell(options);
  await shell.run();
  return EXIT.OK;
}

class Shell {
  readonly #session: Session;
  readonly #client: MillraceClient;
  readonly #terminal: Terminal;
  readonly #history: History | null;
  readonly #signal: AbortSignal | undefined;
  #leaving = false;

  constructor({ session, client, surroundings, signal }: ShellOptions) {
    this.#session = session;
    this.#client = client;
    this.#signal = signal;
    this.#history = openHistory(surroundings);
    this.#terminal = new Terminal({
      input: surroundings.input,
      output: surroundings.output,
      history: this.#history?.lines ?? [],
    });
  }

  async run(): Promise<void> {
    const leave = (): void => this.#terminal.close();
    this.#signal?.addEventListener('abort', leave);
    try {
      await this.#greet();
      await this.#converse();
    } finally {
      this.#signal?.removeEventListener('abort', leave);
      this.#terminal.close();
    }
  }

  async #converse(): Promise<void> {
    let text = '';
    while (!this.#leaving) {
      const event = await this.#terminal.read(text === '' ? PROMPT : CONTINUATION);
      if (event.kind === 'end') break;
      if (event.kind === 'interrupt') {
        text = '';
        continue;
      }
      this.#remember(event.text);
      if (text === '' && (await this.#runWord(event.text))) continue;
      text = await this.#runStatements(`${text}${event.text}\n`);
    }
    // Ctrl-D leaves the cursor behind the prompt.
    if (!this.#leaving) await this.#session.print('\n');
  }

  /** Runs the whole statements of the text; returns what is left of it. */
  async #runStatements(text: string): Promise<string> {
    const { statements, rest } = splitStatements(text);
    await this.#terminal.interruptible(async (signal) => {
      for (const statement of statements) {
        if (!(await this.#session.run(statement, signal)) || signal.aborted) break;
      }
    });
    return classifyStatement(rest).kind === 'empty' ? '' : rest;
  }

  /** Does what only the shell can do; false when the line is SQL. */
  async #runWord(line: string): Promise<boolean> {
    const [word = '', ...operands] = line.replace(/;\s*$/, '').trim().toLowerCase().split(/\s+/);
    if (operands.length > (word === 'output' ? 1 : 0)) return false;
    switch (word) {
      case 'help':
        await this.#session.print(HELP);
        return true;
      case 'exit':
      case 'quit':
        this.#leaving = true;
        return true;
      case 'clear':
        // To the top left, then erase what is below.
        await this.#session.print('\u001b[H\u001b[2J');
        return true;
      case 'history':
        await this.#printHistory();
        return true;
      case 'version':
        await this.#printVersion();
        return true;
      case 'output':
        await this.#setOutput(operands[0]);
        return true;
      default:
        return false;
    }
  }

  async #greet(): Promise<void> {
    await this.#printVersion();
    await this.#session.print(
      'Statements end with ";". Type help for help, exit or Ctrl-D to leave.\n',
    );
  }

  async #printVersion(): Promise<void> {
    try {
      const { version, serverStatus } = await this.#client.information();
      const server = `server ${version} (${serverStatus}) at ${this.#client.url}`;
      await this.#session.print(`millrace ${packageVersion()}, ${safeLine(server)}\n`);
    } catch (error) {
      await this.#session.printError((error as Error).message);
    }
  }

  async #printHistory(): Promise<void> {
    const lines = this.#history?.lines ?? [];
    await this.#session.print(lines.map((line) => `${safeLine(line)}\n`).join(''));
  }

  async #setOutput(word: string | undefined): Promise<void> {
    if (word === undefined) {
      await this.#session.print(`Results are shown as ${this.#session.format}.\n`);
      return;
    }
    const format = OUTPUT_FORMATS.find(
      (candidate): candidate is OutputFormat => candidate === word,
    );
    if (format === undefined) {
      const formats = OUTPUT_FORMATS.join(' or ');
      await this.#session.printError(`Output can be ${formats}; found "${word}".`);
      return;
    }
    this.#session.format = format;
    await this.#session.print(`Results are shown as ${format} from here on.\n`);
  }

  #remember(line: string): void {
    try {
      this.#history?.add(line);
    } catch {
      // A full disk or a home that cannot be written must not cost the user the statement.
    }
  }
}

function openHistory({ historyPath }: Surroundings): History | null {
  try {
    return historyPath === null ? null : new History(historyPath);
  } catch {
    // The shell is worth having without its past.
    return null;
  }
}
