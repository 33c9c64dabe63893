import type { ParsedStatement } from '../../grammar/parser.ts';
import { DatabaseError } from '../base/errors.ts';

type Parser = typeof import('../../grammar/parser.ts');
type Errors = typeof import('../../grammar/errors.ts');

let loading: Promise<{ parser: Parser; errors: Errors }> | null = null;

/** The parser takes a moment to load, so whoever starts a server does it in the background. */
export function loadParser(): Promise<{ parser: Parser; errors: Errors }> {
  loading ??= Promise.all([
    import('../../grammar/parser.ts'),
    import('../../grammar/errors.ts'),
  ]).then(([parser, errors]) => ({ parser, errors }));
  return loading;
}

/**
 * The statements of a text.
 * @throws DatabaseError SYNTAX with line, column and a caret under the mistake.
 */
export async function parseSql(sql: string): Promise<readonly ParsedStatement[]> {
  const { parser, errors } = await loadParser();
  try {
    return parser.parseStatements(sql);
  } catch (error) {
    if (!(error instanceof errors.SqlSyntaxError)) throw error;
    const { line, column } = error;
    throw new DatabaseError('SYNTAX', error.message, {
      location: { line, column },
      statementText: sql,
      cause: error,
    });
  }
}
