import { JsonNumber, type JsonNode, type JsonObject } from '../../../src/formats/json-node.ts';
import {
  listOf,
  objectOf,
  optionalList,
  optionalObject,
  optionalText,
  parseCaseArray,
  parseRecord,
  parseTopic,
  textOf,
  CaseFormatError,
  type CaseRecord,
  type TopicDefinition,
} from '../../../src/testing/json-case.ts';

/** A case that is played over HTTP. Members nobody knows are left out. */
export interface RestCase {
  readonly name: string;
  /** The leading ones that are no SELECT are sent as one request, each SELECT as one of its own. */
  readonly statements: readonly string[];
  /** Sent with every request. */
  readonly properties: ReadonlyMap<string, string | boolean>;
  readonly topics: readonly TopicDefinition[];
  readonly inputs: readonly CaseRecord[];
  readonly outputs: readonly CaseRecord[];
  readonly responses: readonly ExpectedResponse[];
  /** Null: all requests succeed. */
  readonly expectedError: ExpectedError | null;
  /** The inputs are written only when the one query is known to run. */
  readonly waitsForPushQuery: boolean;
  /** Rows are compared in order, not as a bag. */
  readonly verifiesOrder: boolean;
  /** Each query is sent once more and answered as protobuf. */
  readonly asksForProtobuf: boolean;
}

/** What one result has to be. */
export type ExpectedResponse =
  | { readonly kind: 'admin'; readonly entity: JsonObject }
  | { readonly kind: 'query' | 'queryProto'; readonly members: readonly JsonObject[] };

/** How the first request that fails has to fail; the text of its message is the engine's own. */
export interface ExpectedError {
  /** Whether the body has to name the statement. */
  readonly ofStatement: boolean;
  /** Null: any of 400 to 499. */
  readonly status: number | null;
}

/**
 * The cases of a file, in order.
 * @throws CaseFormatError when the text is no array of cases.
 */
export function parseRestCases(text: string): RestCase[] {
  return parseCaseArray(text).map(parseRestCase);
}

function parseRestCase(node: JsonNode, index: number): RestCase {
  const { fields } = objectOf(node, `case ${index}`);
  const name = textOf(fields.get('name'), `name of case ${index}`);
  const at = (member: string): string => `${member} of case "${name}"`;
  const records = (member: string): CaseRecord[] =>
    optionalList(fields.get(member), at(member)).map((record, i) =>
      parseRecord(record, at(`${member}[${i}]`)),
    );
  const input = optionalObject(fields.get('inputConditions'), at('inputConditions'));
  const output = optionalObject(fields.get('outputConditions'), at('outputConditions'));
  const error = fields.get('expectedError') ?? null;
  return {
    name,
    statements: listOf(fields.get('statements'), at('statements')).map((statement) =>
      textOf(statement, at('statements')),
    ),
    properties: propertiesOf(optionalObject(fields.get('properties'), at('properties'))),
    topics: optionalList(fields.get('topics'), at('topics')).map((topic) =>
      parseTopic(objectOf(topic, at('topics')), at('topics')),
    ),
    inputs: records('inputs'),
    outputs: records('outputs'),
    responses: optionalList(fields.get('responses'), at('responses')).map((response) =>
      parseResponse(objectOf(response, at('responses')), at('responses')),
    ),
    expectedError: error === null ? null : parseError(objectOf(error, at('expectedError'))),
    waitsForPushQuery: input.fields.get('waitForActivePushQuery') === true,
    verifiesOrder: output.fields.get('verifyOrder') === true,
    asksForProtobuf: fields.get('testPullWithProtoFormat') === true,
  };
}

function parseResponse({ fields }: JsonObject, at: string): ExpectedResponse {
  const [member, ...others] = [...fields];
  if (member === undefined || others.length > 0) {
    throw new CaseFormatError(`${at}: a response has one member`);
  }
  const [kind, expected] = member;
  switch (kind) {
    case 'admin':
      return { kind, entity: objectOf(expected, at) };
    case 'query':
    case 'queryProto':
      return { kind, members: listOf(expected, at).map((each) => objectOf(each, at)) };
    default:
      throw new CaseFormatError(
        `${at}: a response is ${kind}, expected admin, query or queryProto`,
      );
  }
}

function parseError({ fields }: JsonObject): ExpectedError {
  const status = fields.get('status');
  return {
    ofStatement: optionalText(fields.get('type'))?.endsWith('KsqlStatementErrorMessage') ?? false,
    status: status instanceof JsonNumber ? Number(status.text) : null,
  };
}

function propertiesOf({ fields }: JsonObject): ReadonlyMap<string, string | boolean> {
  return new Map(
    [...fields].map(([name, value]) => {
      if (value instanceof JsonNumber) return [name, value.text];
      if (typeof value === 'string' || typeof value === 'boolean') return [name, value];
      throw new CaseFormatError(`the property ${name} is no scalar`);
    }),
  );
}
