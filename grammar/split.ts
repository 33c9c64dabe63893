import { Scanner } from './scan.ts';

/** What {@link splitStatements} found. */
export interface SplitText {
  /** Each as written, from the end of the one before to its `;`, without blanks around it. */
  readonly statements: readonly string[];
  /**
   * What stands after the last `;`, as written: the start of a statement, or an unclosed quote or comment. Empty when
   * nothing but blanks and complete comments is left.
   */
  readonly rest: string;
}

/**
 * Cuts a text at every `;` that is not part of a string, a quoted name or a comment. Takes any text and checks
 * nothing else; cheap to load, because it does without the parser.
 */
export function splitStatements(text: string): SplitText {
  const scanner = new Scanner(text);
  const statements: string[] = [];
  let start = scanner.end;
  let begun = false;
  while (scanner.next()) {
    if (scanner.kind === 'symbol' && text[scanner.start] === ';') {
      statements.push(text.slice(start, scanner.end).trim());
      start = scanner.end;
      begun = false;
    } else if (scanner.kind !== 'space' && scanner.kind !== 'comment') {
      begun = true;
    }
  }
  return { statements, rest: begun ? text.slice(start) : '' };
}
