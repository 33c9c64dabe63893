import { splitStatements } from '../grammar/split.ts';
import type { Input } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { Session } from './session.ts';

/** Runs the text's statements in order and stops at the first that fails. @returns the exit code. */
export async function runText(session: Session, text: string): Promise<number> {
  const { statements, rest } = splitStatements(text);
  // What has no end is sent as well: the server says best what is wrong with it.
  const all = rest === '' ? statements : [...statements, rest];
  for (const [i, statement] of all.entries()) {
    if (await session.run(statement)) continue;
    const left = all.length - i - 1;
    if (left > 0) await session.printError(`Statements after it that were not run: ${left}.`);
    return EXIT.FAILED;
  }
  return EXIT.OK;
}

/** Runs statements as they come in and stops at the first that fails. @returns the exit code. */
export async function runInput(session: Session, input: Input): Promise<number> {
  input.setEncoding('utf8');
  let text = '';
  for await (const chunk of input) {
    const { statements, rest } = splitStatements(text + (chunk as string));
    for (const statement of statements) {
      if (!(await session.run(statement))) return EXIT.FAILED;
    }
    text = rest;
  }
  return runText(session, text);
}
