import { BindError, bindValues, type BoundValue } from '../../grammar/bind.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import type { StatementOptions } from '../../src/engine.ts';
import { type JsonNode, JsonNumber, JsonObject } from '../../src/formats/json-node.ts';
import { JsonReader } from '../../src/formats/json-reader.ts';
import { parseAfter } from '../after-request.ts';
import { parseJsonText } from '../json-text.ts';
import type { StatementRequest } from '../statement-request.ts';

/** What a client of the JSON protocol may say. The id is the client's own name for what it asks. */
export type ClientMessage =
  | { readonly type: 'query'; readonly id: string; readonly request: StatementRequest }
  | { readonly type: 'stop'; readonly id: string }
  | { readonly type: 'execute'; readonly id: string; readonly request: StatementRequest }
  | {
      readonly type: 'insert';
      readonly id: string;
      readonly target: string;
      readonly rows: readonly JsonNode[];
    }
  | { readonly type: 'ping' };

const ID_LENGTH_MAX = 64;
const ROWS_MAX = 10_000;
const PARAMETERS_MAX = 1_000;
/** With values bound, a text of theirs that looks like a variable must stay what it is. */
const NO_VARIABLES = { 'ksql.variable.substitution.enable': false };

/**
 * Reads one message.
 * @throws DatabaseError BAD_REQUEST saying what is wrong with it.
 */
export function parseMessage(text: string, depthMax: number): ClientMessage {
  const plain = parseJsonText(text, depthMax);
  const bytes = Buffer.from(text);
  const message = new JsonReader().readAll(bytes, 0, bytes.length);
  if (!(message instanceof JsonObject)) throw wrong('a message', 'an object');
  const type = message.fields.get('type');
  if (type === 'ping') return { type };
  const id = idOf(message);
  switch (type) {
    case 'query':
    case 'execute':
      return { type, id, request: requestOf(message, plain as PlainMembers) };
    case 'stop':
      return { type, id };
    case 'insert': {
      const rows = message.fields.get('rows');
      if (!Array.isArray(rows) || rows.length > ROWS_MAX) {
        throw wrong('rows', `an array of at most ${ROWS_MAX} objects`);
      }
      return { type, id, target: textOf(message, 'target'), rows };
    }
    default:
      throw wrong('type', 'one of query, stop, execute, insert, ping');
  }
}

/** The id of a message that could not be read whole, so that its sender knows which it was; null without. */
export function idIn(text: string): string | null {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' && id.length <= ID_LENGTH_MAX ? id : null;
  } catch {
    return null;
  }
}

type PlainMembers = Readonly<Record<string, unknown>>;

/**
 * The statement of a request as an object of `sql`, `parameters`, `properties`, `variables`, `resume`, `after` and
 * `afterTimeoutMs`.
 * @param plain the same object with numbers as numbers: `after` and `afterTimeoutMs` are read from it.
 * @throws DatabaseError BAD_REQUEST.
 */
export function requestOf(message: JsonObject, plain: PlainMembers): StatementRequest {
  const sql = textOf(message, 'sql');
  const parameters = message.fields.get('parameters') ?? null;
  const resume = message.fields.get('resume') ?? null;
  if (resume !== null && typeof resume !== 'string') throw wrong('resume', 'a continuation token');
  const properties = scalarsOf(message, 'properties');
  const options: StatementOptions = {
    properties: parameters === null ? properties : { ...properties, ...NO_VARIABLES },
    sessionVariables: textsOf(message, 'variables'),
    after: parseAfter(plain),
    ...(resume === null ? {} : { resume }),
  };
  return { sql: parameters === null ? sql : bound(sql, parameters), options };
}

function bound(sql: string, parameters: JsonNode): string {
  if (!Array.isArray(parameters) || parameters.length > PARAMETERS_MAX) {
    throw wrong('parameters', `an array of at most ${PARAMETERS_MAX} values`);
  }
  try {
    return bindValues(sql, parameters.map(boundValue));
  } catch (error) {
    if (!(error instanceof BindError)) throw error;
    throw new DatabaseError('BAD_REQUEST', `parameters: ${error.message}`, { cause: error });
  }
}

function boundValue(node: JsonNode, index: number): BoundValue {
  if (node instanceof JsonNumber) return { digits: node.text };
  if (node === null || typeof node === 'boolean') return node;
  if (typeof node === 'string' && node.isWellFormed()) return node;
  throw wrong(`parameters[${index}]`, 'a string, a number, a boolean or null');
}

function idOf(message: JsonObject): string {
  const id = textOf(message, 'id');
  if (id === '' || id.length > ID_LENGTH_MAX) throw wrong('id', `1 to ${ID_LENGTH_MAX} characters`);
  return id;
}

function textOf(message: JsonObject, name: string): string {
  const value = message.fields.get(name);
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw wrong(name, 'a string');
}

function entriesOf(message: JsonObject, name: string): [string, JsonNode][] {
  const value = message.fields.get(name) ?? null;
  if (value === null) return [];
  if (value instanceof JsonObject) return [...value.fields];
  throw wrong(name, 'an object');
}

function scalarsOf(message: JsonObject, name: string): NonNullable<StatementOptions['properties']> {
  const scalars: Record<string, string | number | boolean | null> = Object.create(null);
  for (const [member, value] of entriesOf(message, name)) {
    if (value instanceof JsonNumber) scalars[member] = Number(value.text);
    else if (value !== null && typeof value === 'object')
      throw wrong(`${name}.${member}`, 'a scalar');
    else scalars[member] = value;
  }
  return scalars;
}

function textsOf(message: JsonObject, name: string): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null);
  for (const [member, value] of entriesOf(message, name)) {
    if (typeof value !== 'string') throw wrong(`${name}.${member}`, 'a string');
    texts[member] = value;
  }
  return texts;
}

function wrong(path: string, expected: string): DatabaseError {
  return new DatabaseError('BAD_REQUEST', `Invalid message: ${path} must be ${expected}.`);
}
