import type { DatabaseError } from '../src/base/errors.ts';
import type { StatementOptions } from '../src/engine.ts';
import { parseAfter } from './after-request.ts';
import { invalidJson } from './json-text.ts';

/** The text of one or more statements and what they are to be run with. */
export interface StatementRequest {
  readonly sql: string;
  readonly options: StatementOptions;
  /** The durable statement that has to be carried out first; absent: none. */
  readonly afterCommand?: number;
}

/**
 * Reads the request of /ksql, /query and /ws/query: `{ksql, streamsProperties?, sessionVariables?,
 * requestProperties?, commandSequenceNumber?, after?, afterTimeoutMs?, resume?}`. Members of other names are ignored, null is
 * as good as absent.
 * @throws DatabaseError BAD_REQUEST naming the member, what was found and what was expected.
 */
export function parseStatementRequest(body: unknown): StatementRequest {
  const members = requireObject(body, 'the body');
  const afterCommand = sequenceNumber(members['commandSequenceNumber']);
  optionalObject(members['requestProperties'], 'requestProperties');
  return {
    sql: requireText(members, 'ksql'),
    options: queryOptions(members, 'streamsProperties'),
    ...(afterCommand === null ? {} : { afterCommand }),
  };
}

/**
 * Reads the request of /query-stream: `{sql, properties?, sessionVariables?, requestProperties?, after?,
 * afterTimeoutMs?, resume?}`.
 * @throws DatabaseError BAD_REQUEST naming the member, what was found and what was expected.
 */
export function parseQueryStreamRequest(body: unknown): StatementRequest {
  const members = requireObject(body, 'the body');
  optionalObject(members['requestProperties'], 'requestProperties');
  return { sql: requireText(members, 'sql'), options: queryOptions(members, 'properties') };
}

/**
 * Reads the request of /close-query: `{queryId}`.
 * @throws DatabaseError BAD_REQUEST naming the member, what was found and what was expected.
 */
export function parseCloseQueryRequest(body: unknown): string {
  return requireText(requireObject(body, 'the body'), 'queryId');
}

/**
 * Reads the request of /ksql/terminate: `{deleteTopicList?}`.
 * @returns patterns of the topics that are to be deleted.
 * @throws DatabaseError BAD_REQUEST naming the member, what was found and what was expected.
 */
export function parseTerminateRequest(body: unknown): readonly string[] {
  const list = requireObject(body, 'the body')['deleteTopicList'] ?? [];
  if (!Array.isArray(list)) throw wrongShape('deleteTopicList', list, 'an array');
  return list.map((pattern, index) => requireString(pattern, `deleteTopicList[${index}]`));
}

/** Checks the request of /heartbeat and /lag, of which nothing is used. @throws DatabaseError BAD_REQUEST. */
export function parseHostMessage(body: unknown): void {
  requireObject(body, 'the body');
}

/**
 * Reads the first line of /inserts-stream: `{target, properties?, positions?}`.
 * @throws DatabaseError BAD_REQUEST.
 */
export function parseInsertsRequest(line: unknown): {
  readonly target: string;
  /** Whether acknowledgements say where the row stands. */
  readonly hasPositions: boolean;
  readonly options: StatementOptions;
} {
  const members = requireObject(line, 'the first line');
  return {
    target: requireText(members, 'target'),
    hasPositions: requireFlag(members['positions'], 'positions'),
    options: parseOptions(members, 'properties'),
  };
}

type Members = Readonly<Record<string, unknown>>;
type Property = string | number | boolean | null;

function queryOptions(members: Members, propertiesName: string): StatementOptions {
  const resume = members['resume'] ?? null;
  return {
    ...parseOptions(members, propertiesName),
    after: parseAfter(members),
    ...(resume === null ? {} : { resume: requireString(resume, 'resume') }),
  };
}

function parseOptions(members: Members, propertiesName: string): StatementOptions {
  const properties = optionalObject(members[propertiesName], propertiesName);
  const variables = optionalObject(members['sessionVariables'], 'sessionVariables');
  return {
    properties: mapMembers(properties, (value, name) =>
      requireProperty(value, memberPath(propertiesName, name)),
    ),
    sessionVariables: mapMembers(variables, (value, name) =>
      requireString(value, memberPath('sessionVariables', name)),
    ),
  };
}

function mapMembers<T>(
  members: Members,
  convert: (value: unknown, name: string) => T,
): Readonly<Record<string, T>> {
  const result: Record<string, T> = Object.create(null);
  for (const [name, value] of Object.entries(members)) result[name] = convert(value, name);
  return result;
}

function memberPath(parent: string, name: string): string {
  return `${parent}[${JSON.stringify(name)}]`;
}

function requireObject(value: unknown, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw wrongShape(path, value, 'an object');
}

function optionalObject(value: unknown, path: string): Members {
  return value === undefined || value === null ? {} : requireObject(value, path);
}

function requireText(members: Members, name: string): string {
  const value = members[name];
  if (value === undefined || value === null) {
    throw invalidJson(`the member "${name}" is missing, expected a string`);
  }
  return requireString(value, name);
}

function requireString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongShape(path, value, 'a string');
  if (!value.isWellFormed()) {
    throw invalidJson(`${path} contains half of a surrogate pair, which is no character`);
  }
  return value;
}

function requireFlag(value: unknown, path: string): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return value === true;
  throw wrongShape(path, value, 'a boolean');
}

function requireProperty(value: unknown, path: string): Property {
  if (typeof value === 'string') return requireString(value, path);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrongShape(path, value, 'a string, a number, a boolean or null');
}

/** Null: nothing is to be waited for, which -1 says as well. */
function sequenceNumber(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (!Number.isSafeInteger(value)) throw wrongShape('commandSequenceNumber', value, 'an integer');
  return (value as number) < 0 ? null : (value as number);
}

function wrongShape(path: string, found: unknown, expected: string): DatabaseError {
  return invalidJson(`${path} is ${describe(found)}, expected ${expected}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'a string';
    case 'boolean':
      return 'a boolean';
    default:
      return 'a number out of range or of the wrong kind';
  }
}
