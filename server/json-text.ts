import { isUtf8 } from 'node:buffer';
import { DatabaseError } from '../src/base/errors.ts';

/**
 * Parses the JSON text of a request, more strictly than JSON.parse: an object with two members of
 * one name, a member that reaches for a prototype, or nesting beyond the limit is refused before
 * any value is built.
 * @throws DatabaseError BAD_REQUEST saying where and what.
 */
export function parseJsonText(text: string, depthMax: number): unknown {
  checkStructure(text, depthMax);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidJson((error as SyntaxError).message, error);
  }
}

/**
 * The text of UTF-8 bytes; a byte order mark is dropped.
 * @throws DatabaseError BAD_REQUEST when the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw invalidJson('the body is not UTF-8');
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', marked ? BYTE_ORDER_MARK_BYTES : 0);
}

const BYTE_ORDER_MARK_BYTES = 3;

/** What every complaint about the JSON of a request looks like. */
export function invalidJson(problem: string, cause?: unknown): DatabaseError {
  return new DatabaseError('BAD_REQUEST', `Invalid JSON in request: ${problem}.`, { cause });
}

/** An open array (`names` is null) or object and the name of the member that is being read. */
interface Container {
  readonly names: Set<string> | null;
  name: string | null;
}

const STRING = /"(?:[^"\\]|\\.)*"/suy;
const STRING_START = '"';

/**
 * One pass over the tokens. Text that is not JSON may slip through: the parser that follows refuses
 * it.
 */
function checkStructure(text: string, depthMax: number): void {
  const open: Container[] = [];
  let nameNext = false;
  for (let index = 0; index < text.length; index++) {
    const container = open.at(-1);
    switch (text[index]) {
      case '{':
      case '[': {
        if (open.length === depthMax) {
          throw invalidJson(`nested deeper than ${depthMax} levels at position ${index}`);
        }
        nameNext = text[index] === '{';
        open.push({ names: nameNext ? new Set() : null, name: null });
        break;
      }
      case '}':
      case ']':
        open.pop();
        nameNext = false;
        break;
      case ',':
        nameNext = container !== undefined && container.names !== null;
        break;
      case STRING_START: {
        STRING.lastIndex = index;
        if (!STRING.test(text)) return;
        const end = STRING.lastIndex;
        if (nameNext && container !== undefined) {
          const name = decodeName(text.slice(index, end));
          checkName(container, name, { enclosing: open.at(-2), position: index });
        }
        nameNext = false;
        index = end - 1;
        break;
      }
      default:
    }
  }
}

function checkName(
  container: Container,
  name: string,
  place: { readonly enclosing: Container | undefined; readonly position: number },
): void {
  const reachesPrototype =
    name === '__proto__' || (name === 'prototype' && place.enclosing?.name === 'constructor');
  if (reachesPrototype) {
    throw invalidJson(`a member named "${name}" at position ${place.position} is not allowed`);
  }
  if (container.names!.has(name)) {
    throw invalidJson(
      `two members of one object are named ${JSON.stringify(name)}, the second at position ${place.position}`,
    );
  }
  container.names!.add(name);
  container.name = name;
}

function decodeName(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  try {
    return JSON.parse(token) as string;
  } catch {
    return token;
  }
}
