import {
  JsonNumber,
  JsonObject,
  formatJsonNode,
  type JsonNode,
} from '../../../src/formats/json-node.ts';
import { sameDigits, isInteger } from '../../../src/testing/compare.ts';
import { shown } from '../../../src/testing/payloads.ts';

const PREFIX_TEST = '|starts_with';

/**
 * Compares an entity with what a case expects of it: every expected member must be there and equal, objects within
 * likewise; lists are compared whole. `name|starts_with` asks for a text that begins so.
 * @returns null when it fits, else the first difference.
 */
export function entityDifference(
  expected: JsonObject,
  actual: JsonNode,
  path: string,
): string | null {
  if (!(actual instanceof JsonObject)) return differs(expected, actual, path);
  for (const [name, value] of expected.fields) {
    const found = memberDifference(name, value, { actual, path });
    if (found !== null) return found;
  }
  return null;
}

function memberDifference(
  name: string,
  expected: JsonNode,
  { actual, path }: { actual: JsonObject; path: string },
): string | null {
  const isPrefix = name.endsWith(PREFIX_TEST);
  const plain = isPrefix ? name.slice(0, -PREFIX_TEST.length) : name;
  const found = actual.fields.get(plain);
  const at = `${path}.${plain}`;
  if (found === undefined) return `${at}: expected ${shown(expected)}, found no such member`;
  if (isPrefix) {
    const fits =
      typeof expected === 'string' && typeof found === 'string' && found.startsWith(expected);
    return fits
      ? null
      : `${at}: expected a text that starts with ${shown(expected)}, found ${shown(found)}`;
  }
  if (expected instanceof JsonObject) return entityDifference(expected, found, at);
  return equal(expected, found) ? null : differs(expected, found, at);
}

/** A query's answer: header, rows and final message, in order. */
export type ResponseMember = JsonObject;

/**
 * Compares the answer of a query with what a case expects, member by member. Rows are compared as a bag unless
 * `inOrder`.
 * @param rowText what of a row is compared: null for a member that is no row.
 * @returns null when it fits, else the first difference.
 */
export function answerDifference(
  expected: readonly ResponseMember[],
  actual: readonly ResponseMember[],
  {
    path,
    inOrder,
    rowText,
  }: {
    path: string;
    inOrder: boolean;
    rowText(member: ResponseMember, isExpected: boolean): string | null;
  },
): string | null {
  const all = actual.map((member) => shown(member)).join(', ');
  if (expected.length !== actual.length) {
    return `${path}: expected ${expected.length} members, found ${actual.length}: ${all}`;
  }
  const expectedRows: string[] = [];
  const actualRows: string[] = [];
  for (const [index, member] of expected.entries()) {
    const found = actual[index] as ResponseMember;
    const row = rowText(member, true);
    if (row !== null) {
      const foundRow = rowText(found, false);
      if (foundRow === null) return differs(member, found, `${path}[${index}]`);
      expectedRows.push(row);
      actualRows.push(foundRow);
    }
    const difference = entityDifference(withoutRow(member), found, `${path}[${index}]`);
    if (difference !== null) return difference;
  }
  if (!inOrder) {
    expectedRows.sort();
    actualRows.sort();
  }
  for (const [index, row] of expectedRows.entries()) {
    if (row !== actualRows[index]) {
      return `${path}: expected the row ${row}, found ${actualRows[index]} (of ${all})`;
    }
  }
  return null;
}

/** Everything of a member but the columns, which are compared apart; a tombstone mark stays. */
function withoutRow(member: ResponseMember): JsonObject {
  const rest = new JsonObject();
  for (const [name, value] of member.fields) {
    if (name !== 'row') rest.set(name, value);
    else if (value instanceof JsonObject) {
      const marks = new JsonObject();
      for (const [mark, each] of value.fields) if (mark !== 'columns') marks.set(mark, each);
      rest.set(name, marks);
    }
  }
  return rest;
}

/** The columns of a row as text that is equal for equal values: object members sorted, numbers in one spelling. */
export function columnsText(member: ResponseMember): string | null {
  const row = member.fields.get('row');
  if (!(row instanceof JsonObject)) return null;
  return canonical(row.fields.get('columns') ?? null);
}

function canonical(node: JsonNode): string {
  if (node instanceof JsonNumber) return canonicalNumber(node.text);
  if (Array.isArray(node)) return `[${node.map(canonical).join(',')}]`;
  if (node instanceof JsonObject) {
    const members = [...node.fields].map(
      ([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`,
    );
    return `{${members.sort().join(',')}}`;
  }
  return formatJsonNode(node);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Integers as they are; anything else as its digits and their scale, so that 10.0 is neither 10 nor 10.00. */
function canonicalNumber(text: string): string {
  const match = NUMBER.exec(text);
  if (match === null || isInteger(text)) return text;
  const [, sign, digits, fraction = '', exponent = '0'] = match;
  return `${BigInt(`${sign}${digits}${fraction}`)}E${Number(exponent) - fraction.length}`;
}

function equal(expected: JsonNode, actual: JsonNode): boolean {
  if (expected instanceof JsonNumber) {
    if (!(actual instanceof JsonNumber)) return false;
    if (isInteger(expected.text) !== isInteger(actual.text)) return false;
    return sameDigits(expected.text, actual.text);
  }
  return canonical(expected) === canonical(actual);
}

function differs(expected: JsonNode, actual: JsonNode, path: string): string {
  return `${path}: expected ${shown(expected)}, found ${shown(actual)}`;
}
