import { SqlSyntaxError } from '../../grammar/errors.ts';
import type { ParsedStatement } from '../../grammar/parser.ts';
import { DatabaseError } from '../base/errors.ts';
import { blankedText, maskedStatement } from './masked-statement.ts';
import { type Session, substituteScript } from './substituted-script.ts';

type Parse = (text: string) => ParsedStatement[];

let loading: Promise<Parse> | null = null;

/** The parser takes a moment to load, so a database does it in the background once it is ready. */
export function loadParser(): Promise<Parse> {
  loading ??= import('../../grammar/parser.ts').then(({ parseStatements }) => parseStatements);
  return loading;
}

/** A request as it is understood. */
export interface ParsedScript {
  /** The text with its variables replaced; locations are places in it. */
  readonly sql: string;
  readonly statements: readonly ParsedStatement[];
}

/**
 * The statements of a text, its variables replaced.
 * @throws DatabaseError SYNTAX with line, column and a caret under the mistake; BAD_STATEMENT or TOO_LARGE for the
 * values of variables.
 */
export async function parseSql(text: string, session: Session): Promise<ParsedScript> {
  const parseStatements = await loadParser();
  const sql = substituteScript(text, session, (part) => parsedOrNone(parseStatements, part));
  try {
    return { sql, statements: parseStatements(sql) };
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    const shown = withoutSecrets(error, parseStatements);
    const { line, column } = shown;
    throw new DatabaseError('SYNTAX', shown.message, {
      location: { line, column },
      statementText: maskedStatement(sql),
      cause: shown,
    });
  }
}

/** The same mistake in a text without the secrets of connectors, which errors show lines of. */
function withoutSecrets(error: SqlSyntaxError, parse: Parse): SqlSyntaxError {
  const { sourceText } = error;
  const text = blankedText(sourceText);
  if (text === sourceText) return error;
  try {
    parse(text);
  } catch (again) {
    if (again instanceof SqlSyntaxError) return again;
    throw again;
  }
  const { position } = error;
  return new SqlSyntaxError({ reason: 'Syntax error', sourceText: text, position, found: '' });
}

function parsedOrNone(parseStatements: Parse, text: string): readonly ParsedStatement[] {
  try {
    return parseStatements(text);
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    return [];
  }
}
