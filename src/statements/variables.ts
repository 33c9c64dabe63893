import { Scanner } from '../../grammar/scan.ts';
import { isReserved } from '../../grammar/names.ts';
import { DatabaseError } from '../base/errors.ts';

/** The variables of a session by lower-cased name: `${name}` stands for the value. */
export type Variables = ReadonlyMap<string, string>;

/** Most characters a text may have after substitution: what the parser takes. */
const CHARACTERS_MAX = 1024 * 1024;
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_@]*)\}/g;
const NAME = /^(?:[A-Za-z_][A-Za-z0-9_@]*|`[A-Za-z_][A-Za-z0-9_@]*`)$/;
const NUMBER = /^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const STRING = /^'(?:[^']|'')*'$/;

/** The variables a client sends along, by canonical name. */
export function sessionVariables(given: Readonly<Record<string, string>>): Variables {
  return new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The variables and one more, or another value for it. */
export function withVariable(variables: Variables, name: string, value: string): Variables {
  return new Map(variables).set(name.toLowerCase(), value);
}

/** The variables without one of them. */
export function withoutVariable(variables: Variables, name: string): Variables {
  const rest = new Map(variables);
  rest.delete(name.toLowerCase());
  return rest;
}

/** Whether a text may refer to variables; cheap. */
export function mentionsVariables(text: string): boolean {
  return text.includes('${');
}

/**
 * Replaces references to variables in the places where a name or a literal can stand, and within strings (section 1.8
 * of the dialect reference). A value takes exactly the place of one name or literal, so it cannot change what the
 * statement does. References to unknown variables stay as they are.
 * @throws DatabaseError BAD_STATEMENT for a value that is neither, or that refers to itself; TOO_LARGE.
 */
export function substituteVariables(text: string, variables: Variables): string {
  const scanner = new Scanner(text);
  let result = '';
  let copied = 0;
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind !== 'variable' && kind !== 'string') continue;
    const lexeme = text.slice(start, end);
    const expanded = new Expansion(variables).expand(lexeme, (value, name) =>
      kind === 'string' ? value.replaceAll("'", "''") : nameOrLiteral(value, name),
    );
    result += text.slice(copied, start) + expanded;
    copied = end;
    checkSubstitutedSize(result);
  }
  return result + text.slice(copied);
}

/** Replaces references within values first, so that what is checked and quoted is the whole value. */
class Expansion {
  readonly #variables: Variables;
  readonly #open: string[] = [];

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  expand(text: string, place: (value: string, name: string) => string): string {
    let result = '';
    let copied = 0;
    for (const match of text.matchAll(REFERENCE)) {
      const name = match[1] ?? '';
      result += text.slice(copied, match.index) + this.#replacement(match[0], name, place);
      copied = match.index + match[0].length;
      checkSubstitutedSize(result);
    }
    return result + text.slice(copied);
  }

  #replacement(
    reference: string,
    name: string,
    place: (value: string, name: string) => string,
  ): string {
    const key = name.toLowerCase();
    const value = this.#variables.get(key);
    if (value === undefined) return reference;
    if (this.#open.includes(key)) {
      const way = [...this.#open, key].join(' -> ');
      throw new DatabaseError(
        'BAD_STATEMENT',
        `The variable ${name} refers to itself (${way}). UNDEFINE one of them.`,
      );
    }
    this.#open.push(key);
    const expanded = this.expand(value, (inner) => inner);
    this.#open.pop();
    return place(expanded, name);
  }
}

function nameOrLiteral(value: string, name: string): string {
  const isWord = NAME.test(value) && !isReserved(value);
  if (isWord || NUMBER.test(value) || STRING.test(value) || /^(?:true|false)$/i.test(value)) {
    return value;
  }
  throw new DatabaseError(
    'BAD_STATEMENT',
    `The variable ${name} stands where a name or a literal is expected, but its value is neither: ${value}. ` +
      'It may be a name, a number, TRUE, FALSE, or a string in single quotes.',
  );
}

/** Variables may make a small text large. @throws DatabaseError TOO_LARGE. */
export function checkSubstitutedSize(text: string): void {
  if (text.length <= CHARACTERS_MAX) return;
  throw new DatabaseError(
    'TOO_LARGE',
    `With its variables replaced, the text is longer than ${CHARACTERS_MAX} characters. Send its statements in several requests or use shorter values.`,
  );
}
