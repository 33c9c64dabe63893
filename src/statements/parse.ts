import { SqlSyntaxError } from '../../grammar/errors.ts';
import type { ParsedStatement } from '../../grammar/parser.ts';
import { DatabaseError } from '../base/errors.ts';

type Parse = (text: string) => ParsedStatement[];

let loading: Promise<Parse> | null = null;

/** The parser takes a moment to load, so a database does it in the background once it is ready. */
export function loadParser(): Promise<Parse> {
  loading ??= import('../../grammar/parser.ts').then(({ parseStatements }) => parseStatements);
  return loading;
}

/**
 * The statements of a text.
 * @throws DatabaseError SYNTAX with line, column and a caret under the mistake.
 */
export async function parseSql(sql: string): Promise<readonly ParsedStatement[]> {
  const parseStatements = await loadParser();
  try {
    return parseStatements(sql);
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    const { line, column } = error;
    throw new DatabaseError('SYNTAX', error.message, {
      location: { line, column },
      statementText: sql,
      cause: error,
    });
  }
}
