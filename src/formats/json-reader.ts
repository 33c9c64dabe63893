import { DeserializationError } from './format.ts';
import { JsonNumber, JsonObject, type JsonNode } from './json-node.ts';
import { decodeText } from './payload-text.ts';

/** Arrays and objects inside one another; deeper input is refused before it can exhaust the stack. */
export const NESTING_MAX = 200;

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads JSON exactly as RFC 8259 has it, keeping the text of numbers. The exact and slow reader beside the fast path
 * of `json-decoder.ts`, which hands it everything unusual.
 */
export class JsonReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** Messages count bytes from here. */
  #start = 0;
  #end = 0;
  /** Of the next byte to read. */
  position = 0;

  /**
   * The one JSON value that fills the range, blanks around it allowed.
   * @throws DeserializationError when the range is not that.
   */
  readAll(bytes: Buffer, start: number, end: number): JsonNode {
    if (start === end) throw new DeserializationError('The payload is empty, expected JSON');
    const node = this.readAt(bytes, start, end, 0);
    this.#skipBlanks();
    if (this.position !== end) throw this.#unexpected('the end of the payload');
    return node;
  }

  /**
   * The JSON value that begins at `start`, blanks before it allowed; `position` is then behind it.
   *
   * @param depth arrays and objects around the value.
   * @throws DeserializationError when there is none before `end`.
   */
  readAt(bytes: Buffer, start: number, end: number, depth: number): JsonNode {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.position = start;
    return this.#readValue(depth + 1);
  }

  #readValue(depth: number): JsonNode {
    this.#skipBlanks();
    const byte = this.#peek();
    switch (byte) {
      case QUOTE:
        return this.#readString();
      case OPEN_OBJECT:
        return this.#readObject(depth);
      case OPEN_ARRAY:
        return this.#readArray(depth);
      case 0x74:
        return this.#readWord('true', true);
      case 0x66:
        return this.#readWord('false', false);
      case 0x6e:
        return this.#readWord('null', null);
      default:
        if (byte === MINUS || isDigit(byte)) return this.#readNumber();
        throw this.#unexpected('a JSON value');
    }
  }

  #readObject(depth: number): JsonObject {
    this.#enter(depth);
    const object = new JsonObject();
    if (this.#take(CLOSE_OBJECT)) return object;
    do {
      this.#skipBlanks();
      if (this.#peek() !== QUOTE) throw this.#unexpected('a field name in double quotes');
      const name = this.#readString();
      if (!this.#take(COLON)) throw this.#unexpected(`':' after the field name`);
      object.set(name, this.#readValue(depth + 1));
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_OBJECT)) throw this.#unexpected(`',' or '}'`);
    return object;
  }

  #readArray(depth: number): JsonNode[] {
    this.#enter(depth);
    const elements: JsonNode[] = [];
    if (this.#take(CLOSE_ARRAY)) return elements;
    do elements.push(this.#readValue(depth + 1));
    while (this.#take(COMMA));
    if (!this.#take(CLOSE_ARRAY)) throw this.#unexpected(`',' or ']'`);
    return elements;
  }

  #enter(depth: number): void {
    if (depth > NESTING_MAX) {
      throw new DeserializationError(
        `The JSON is nested deeper than ${NESTING_MAX} levels at byte ${this.position - this.#start}`,
      );
    }
    this.position++;
  }

  #readString(): string {
    const start = ++this.position;
    let escaped = false;
    for (;;) {
      const byte = this.#peek();
      if (byte === QUOTE) break;
      if (byte < 0x20) throw this.#unexpected(`the closing '"' of a text`);
      if (byte === BACKSLASH) {
        escaped = true;
        this.position++;
      }
      this.position++;
    }
    const end = this.position++;
    const text = decodeText(this.#bytes, start, end);
    if (!escaped) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch (cause) {
      const message = `The text at byte ${start - this.#start} has an escape that JSON does not know`;
      throw new DeserializationError(message, { cause });
    }
  }

  #readNumber(): JsonNumber {
    const start = this.position;
    if (this.#peek() === MINUS) this.position++;
    if (this.#peek() === ZERO) this.position++;
    else this.#readDigits();
    if (this.#peek() === POINT) {
      this.position++;
      this.#readDigits();
    }
    if ((this.#peek() | 0x20) === 0x65) {
      this.position++;
      if (this.#peek() === PLUS || this.#peek() === MINUS) this.position++;
      this.#readDigits();
    }
    return new JsonNumber(this.#bytes.toString('latin1', start, this.position));
  }

  #readDigits(): void {
    if (!isDigit(this.#peek())) throw this.#unexpected('a digit');
    while (isDigit(this.#peek())) this.position++;
  }

  #readWord<T>(word: string, value: T): T {
    const end = this.position + word.length;
    if (end > this.#end || this.#bytes.toString('latin1', this.position, end) !== word) {
      throw this.#unexpected('a JSON value');
    }
    this.position = end;
    return value;
  }

  /** Skips blanks and then the byte, if it is next. */
  #take(byte: number): boolean {
    this.#skipBlanks();
    if (this.#peek() !== byte) return false;
    this.position++;
    return true;
  }

  #skipBlanks(): void {
    while (isBlank(this.#peek())) this.position++;
  }

  /** The next byte; -1 at the end. */
  #peek(): number {
    return this.position < this.#end ? this.#bytes[this.position]! : -1;
  }

  #unexpected(expected: string): DeserializationError {
    const byte = this.#peek();
    const found = byte === -1 ? 'the end' : describeByte(byte);
    return new DeserializationError(
      `Invalid JSON at byte ${this.position - this.#start}: found ${found}, expected ${expected}`,
    );
  }
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
