import { DatabaseError } from '../base/errors.ts';

/** Longest part of a line that is shown around the mistake. */
const EXCERPT = 100;

/**
 * Adds the place of a mistake to its message the way syntax errors have it: `line L:C:` in front, the line of the text
 * and a caret under the column behind. Errors without a place stay as they are.
 */
export function locateInSql(error: DatabaseError, sql: string): DatabaseError {
  const { location } = error;
  if (location === undefined || error.code === 'SYNTAX') return error;
  const { line, column } = location;
  const text = sql.split('\n')[line - 1];
  if (text === undefined) return error;
  const from = Math.max(0, column - 1 - EXCERPT / 2);
  const shown = text.slice(from, from + EXCERPT).replaceAll(/\p{C}/gu, ' ');
  const caret = `${' '.repeat(Math.max(0, column - 1 - from))}^`;
  const message = `line ${line}:${column}: ${error.message}\n${shown}\n${caret}`;
  const { statementText, entities, cause } = error;
  return new DatabaseError(error.code, message, { location, statementText, entities, cause });
}
