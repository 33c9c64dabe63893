import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';

/** A JSON value that lost nothing in reading; the fields of an object are in the order of the text. */
export type JsonValue =
  null | boolean | string | JsonNumber | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

/** A number as it was written, for example `1.50`. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Compact JSON text; numbers keep their spelling. */
export function formatJson(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map) {
    const fields = Array.from(value as ReadonlyMap<string, JsonValue>, ([name, field]) => {
      return `${JSON.stringify(name)}:${formatJson(field)}`;
    });
    return `{${fields.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(formatJson).join(',')}]`;
  return JSON.stringify(value);
}

/** Whether the text has no JSON value at all, only blanks. */
export function isBlankJson(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/**
 * The first JSON value in the text; what follows it is ignored. Of two fields with one name the later counts.
 * @throws EvaluationError when there is none, or when it is nested deeper than 200 levels.
 */
export function parseJson(text: string): JsonValue {
  return new JsonParser(text).value(0);
}

const NESTING_MAX = 200;
const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const CONTROL = /\p{Cc}/u;

class JsonParser {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @param depth arrays and objects around the value. */
  value(depth: number): JsonValue {
    this.#take(BLANKS);
    switch (this.#text[this.#index]) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
    }
    const word = this.#take(WORD);
    if (word !== null) return word === 'null' ? null : word === 'true';
    const number = this.#take(NUMBER);
    if (number !== null) return new JsonNumber(number);
    throw this.#unexpected('a JSON value');
  }

  #object(depth: number): ReadonlyMap<string, JsonValue> {
    this.#enter(depth);
    const fields = new Map<string, JsonValue>();
    if (this.#takeMark('}')) return fields;
    do {
      this.#take(BLANKS);
      const name = this.#string();
      if (!this.#takeMark(':')) throw this.#unexpected("':' after the name of a field");
      fields.set(name, this.value(depth));
    } while (this.#takeMark(','));
    if (!this.#takeMark('}')) throw this.#unexpected("',' or '}'");
    return fields;
  }

  #array(depth: number): readonly JsonValue[] {
    this.#enter(depth);
    const elements: JsonValue[] = [];
    if (this.#takeMark(']')) return elements;
    do elements.push(this.value(depth));
    while (this.#takeMark(','));
    if (!this.#takeMark(']')) throw this.#unexpected("',' or ']'");
    return elements;
  }

  #enter(depth: number): void {
    if (depth > NESTING_MAX) {
      throw new EvaluationError(`The JSON text is nested deeper than ${NESTING_MAX} levels`);
    }
    this.#index++;
  }

  #string(): string {
    const start = this.#index;
    if (this.#text[start] !== '"') throw this.#unexpected('a text in double quotes');
    let escaped = false;
    let end = start + 1;
    for (; this.#text[end] !== '"'; end++) {
      if (end >= this.#text.length) throw this.#unexpected("a '\"' that ends the text");
      if (this.#text[end] === '\\') {
        escaped = true;
        end++;
      }
    }
    this.#index = end + 1;
    return this.#unescape(this.#text.slice(start, end + 1), escaped);
  }

  #unescape(quoted: string, escaped: boolean): string {
    if (!escaped && !CONTROL.test(quoted)) return quoted.slice(1, -1);
    try {
      return JSON.parse(quoted) as string;
    } catch (cause) {
      throw new EvaluationError(
        `The text is not JSON: ${shownText(quoted)} has a wrong escape or a control character`,
        { cause },
      );
    }
  }

  #takeMark(mark: string): boolean {
    this.#take(BLANKS);
    if (this.#text[this.#index] !== mark) return false;
    this.#index++;
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#index;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#index += match[0].length;
    return match[0];
  }

  #unexpected(expected: string): EvaluationError {
    const rest = this.#text.slice(this.#index);
    const found = rest === '' ? 'its end' : shownText(rest);
    return new EvaluationError(
      `The text is not JSON: at character ${this.#index + 1} found ${found}, expected ${expected}`,
    );
  }
}
