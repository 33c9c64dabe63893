import { DatabaseError } from '../base/errors.ts';

const LENGTH_MAX = 249;
const LEGAL_CHARACTER = /[A-Za-z0-9._-]/;

/**
 * Checks the name of a topic: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, but not `.` or `..`. Names that begin
 * with `_` are reserved for the database itself.
 *
 * @throws DatabaseError BAD_STATEMENT for an illegal name, FORBIDDEN for a reserved one.
 */
export function checkTopicName(
  name: string,
  { allowInternal = false }: { readonly allowInternal?: boolean } = {},
): void {
  const refuse = (what: string): never => {
    throw new DatabaseError(
      'BAD_STATEMENT',
      `${what}. A topic name has 1 to ${LENGTH_MAX} characters out of A-Z, a-z, 0-9, '.', '_' and '-'.`,
    );
  };
  if (name === '') refuse('The topic name is empty');
  if (name === '.' || name === '..') refuse(`A topic cannot be called '${name}'`);
  for (const character of name) {
    if (!LEGAL_CHARACTER.test(character)) {
      const shown = JSON.stringify(name.slice(0, LENGTH_MAX));
      refuse(`Topic name ${shown} contains ${JSON.stringify(character)}`);
    }
  }
  if (name.length > LENGTH_MAX) {
    refuse(`Topic name '${name.slice(0, 20)}…' has ${name.length} characters`);
  }
  if (name.startsWith('_') && !allowInternal) {
    throw new DatabaseError(
      'FORBIDDEN',
      `Topic name '${name}' is reserved: names beginning with '_' belong to the database. Choose another first character.`,
    );
  }
}
