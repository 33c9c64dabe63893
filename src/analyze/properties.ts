import type { LiteralNode, PropertyNode } from '../../grammar/ast.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import { findFormat } from '../formats/index.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { WindowInfo } from '../sql/schema.ts';
import { TimePattern } from '../sql/time-pattern.ts';
import { errorAt, locating } from './error-at.ts';
import { checkTopicName } from './topic-name.ts';
import { parseDurationText } from './duration-text.ts';

/** Statements that have a WITH clause. */
export type PropertyStatement = 'CREATE' | 'CREATE AS SELECT' | 'INSERT INTO SELECT';

/** One property of WITH: where it may stand and how its value is read. */
interface PropertyDefinition<Name extends string, Parsed> {
  readonly name: Name;
  readonly description: string;
  readonly statements: readonly PropertyStatement[];
  /** @throws DatabaseError BAD_STATEMENT saying what was expected. */
  readonly parse: (property: PropertyNode) => Parsed;
}

const PARTITIONS_MAX = 256;
const SHORT_MAX = 2 ** 15 - 1;
const CREATES: readonly PropertyStatement[] = ['CREATE', 'CREATE AS SELECT'];

/** Every property this version understands. */
export const properties = [
  define('KAFKA_TOPIC', 'The topic, exactly as written.', CREATES, (property) =>
    checkTopicName(text(property), property.value),
  ),
  define('PARTITIONS', 'How many partitions a new topic gets.', CREATES, (property) =>
    integerBetween(property, 1, PARTITIONS_MAX),
  ),
  define('REPLICAS', 'How many copies of each partition; -1 is the default.', CREATES, (property) =>
    integerBetween(property, -1, SHORT_MAX),
  ),
  define('RETENTION_MS', 'How long records are kept; -1 is for ever.', CREATES, (property) =>
    integerBetween(property, -1, Number.MAX_SAFE_INTEGER),
  ),
  define('KEY_FORMAT', 'How keys are written.', CREATES, formatName),
  define('VALUE_FORMAT', 'How values are written.', CREATES, formatName),
  define('FORMAT', 'How keys and values are written.', CREATES, formatName),
  define('KEY_DELIMITER', 'Between the columns of a DELIMITED key.', CREATES, delimiter),
  define('VALUE_DELIMITER', 'Between the columns of a DELIMITED value.', CREATES, delimiter),
  define(
    'WRAP_SINGLE_VALUE',
    'Whether a single value column is written as an object with one field.',
    CREATES,
    boolean,
  ),
  define('KEY_SCHEMA_ID', 'Id of the registered schema of keys.', CREATES, schemaId),
  define('VALUE_SCHEMA_ID', 'Id of the registered schema of values.', CREATES, schemaId),
  define(
    'KEY_SCHEMA_FULL_NAME',
    'Name of the record or message that keys are, with its namespace.',
    CREATES,
    fullName,
  ),
  define(
    'VALUE_SCHEMA_FULL_NAME',
    'Name of the record or message that values are, with its namespace.',
    CREATES,
    fullName,
  ),
  define('VALUE_AVRO_SCHEMA_FULL_NAME', 'The same as VALUE_SCHEMA_FULL_NAME.', CREATES, fullName),
  define(
    'KEY_PROTOBUF_NULLABLE_REPRESENTATION',
    'How scalars of PROTOBUF keys are written so that they can be null: OPTIONAL or WRAPPER.',
    CREATES,
    nullable,
  ),
  define(
    'VALUE_PROTOBUF_NULLABLE_REPRESENTATION',
    'How scalars of PROTOBUF values are written so that they can be null: OPTIONAL or WRAPPER.',
    CREATES,
    nullable,
  ),
  define('TIMESTAMP', 'The column that holds the time of a row.', CREATES, identifier),
  define('TIMESTAMP_FORMAT', 'The pattern of a STRING column with the time.', CREATES, timePattern),
  define('WINDOW_TYPE', 'What windows the keys are of.', ['CREATE'], windowType),
  define('WINDOW_SIZE', "How long the windows are, such as '30 SECONDS'.", ['CREATE'], windowSize),
  define(
    'SOURCED_BY_CONNECTOR',
    'Which connector fills the topic; for information.',
    ['CREATE'],
    text,
  ),
  define('SOURCE_CONNECTOR', 'The same.', ['CREATE'], text),
  define(
    'QUERY_ID',
    'A name for the query, instead of a generated one.',
    ['INSERT INTO SELECT'],
    queryId,
  ),
] as const;

type Definition = (typeof properties)[number];

/** What a WITH clause says, by property; undefined for those not given. */
export type PropertyValues = {
  readonly [Name in Definition['name']]?: ReturnType<
    Extract<Definition, { readonly name: Name }>['parse']
  >;
};

/** A WITH clause, read: values, and where each was written. */
export interface ParsedProperties {
  readonly values: PropertyValues;
  readonly nodes: ReadonlyMap<string, PropertyNode>;
}

/**
 * Reads the WITH clause of a statement.
 * @throws DatabaseError BAD_STATEMENT for names that are unknown, repeated or do not belong to the statement, for bad
 *   values, for FORMAT beside KEY_FORMAT or VALUE_FORMAT, and for TIMESTAMP_FORMAT without TIMESTAMP.
 */
export function parseProperties(
  given: readonly PropertyNode[],
  statement: PropertyStatement,
): ParsedProperties {
  const nodes = new Map<string, PropertyNode>();
  const values: Record<string, unknown> = {};
  for (const property of given) {
    const { name } = property;
    if (nodes.has(name)) {
      throw errorAt('BAD_STATEMENT', property, `The WITH clause contains ${name} twice.`);
    }
    nodes.set(name, property);
    values[name] = definitionOf(property, statement).parse(property);
  }
  const timeFormat = nodes.get('TIMESTAMP_FORMAT');
  if (timeFormat !== undefined && !nodes.has('TIMESTAMP')) {
    throw errorAt(
      'BAD_STATEMENT',
      timeFormat,
      'TIMESTAMP_FORMAT needs TIMESTAMP, which names the column that has this format.',
    );
  }
  const alias = nodes.get('VALUE_AVRO_SCHEMA_FULL_NAME');
  if (alias !== undefined && nodes.has('VALUE_SCHEMA_FULL_NAME')) {
    throw errorAt(
      'BAD_STATEMENT',
      alias,
      'VALUE_AVRO_SCHEMA_FULL_NAME and VALUE_SCHEMA_FULL_NAME are the same property. Leave one of them out.',
    );
  }
  for (const side of ['KEY_FORMAT', 'VALUE_FORMAT']) {
    const node = nodes.get(side);
    if (node !== undefined && nodes.has('FORMAT')) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `${side} and FORMAT exclude each other: FORMAT sets the format of key and value.`,
      );
    }
  }
  return { values: values as PropertyValues, nodes };
}

function definitionOf(property: PropertyNode, statement: PropertyStatement): Definition {
  const { name } = property;
  const allowed = properties.filter(({ statements }) => statements.includes(statement));
  const definition = allowed.find((candidate) => candidate.name === name);
  if (definition !== undefined) return definition;
  const names = allowed.map((candidate) => candidate.name);
  const known = properties.some((candidate) => candidate.name === name);
  throw errorAt(
    'BAD_STATEMENT',
    property,
    known
      ? `${name} does not belong in the WITH clause of ${statement}. It may contain ${names.join(', ')}.`
      : `Invalid config variable in the WITH clause: ${name}.${didYouMean(name, names)}`,
  );
}

function define<const Name extends string, Parsed>(
  name: Name,
  description: string,
  statements: readonly PropertyStatement[],
  parse: (property: PropertyNode) => Parsed,
): PropertyDefinition<Name, Parsed> {
  return { name, description, statements, parse };
}

function text(property: PropertyNode): string {
  const { value } = property;
  if (value.type === 'STRING') return value.value;
  throw invalid(property, "text in single quotes, such as 'x'");
}

function integerBetween(property: PropertyNode, min: number, max: number): number {
  const value = wholeNumber(property.value);
  if (value !== null && value >= min && value <= max) return value;
  throw invalid(property, `a whole number from ${min} to ${max}`);
}

function wholeNumber(literal: LiteralNode): number | null {
  const digits = literalText(literal);
  return /^-?\d+$/.test(digits.trim()) ? Number(digits) : null;
}

function boolean(property: PropertyNode): boolean {
  const word = literalText(property.value).trim().toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  throw invalid(property, 'true or false');
}

function formatName(property: PropertyNode): string {
  const name = text(property);
  return locating(property.value, () => findFormat(name)).name;
}

const SCHEMA_ID_MAX = 2 ** 31 - 1;

function schemaId(property: PropertyNode): number {
  return integerBetween(property, 0, SCHEMA_ID_MAX);
}

function fullName(property: PropertyNode): string {
  const name = text(property).trim();
  if (name !== '') return name;
  throw invalid(property, 'a name that is not blank');
}

function nullable(property: PropertyNode): 'OPTIONAL' | 'WRAPPER' {
  const choice = text(property).trim().toUpperCase();
  if (choice === 'OPTIONAL' || choice === 'WRAPPER') return choice;
  throw invalid(property, 'OPTIONAL or WRAPPER');
}

function delimiter(property: PropertyNode): string {
  const value = text(property);
  if (value === 'SPACE') return ' ';
  if (value === 'TAB') return '\t';
  if ([...value].length === 1 && value.trim() !== '') return value;
  throw invalid(property, "one character that is not blank, or 'SPACE' or 'TAB'");
}

/** A pattern of Java's DateTimeFormatter. */
function timePattern(property: PropertyNode): string {
  const pattern = text(property);
  try {
    return new TimePattern(pattern).text;
  } catch (error) {
    if (error instanceof EvaluationError)
      throw errorAt('BAD_STATEMENT', property.value, `${error.message}.`);
    throw error;
  }
}

/** A name in text: upper-cased like any other unless it is quoted inside. */
function identifier(property: PropertyNode): string {
  const name = text(property).trim();
  if (name === '') throw invalid(property, 'the name of a column');
  const quoted = /^(["`])(.+)\1$/s.exec(name);
  const [, quote, inner] = quoted ?? [];
  return quote === undefined || inner === undefined
    ? name.toUpperCase()
    : inner.replaceAll(quote + quote, quote);
}

function windowType(property: PropertyNode): WindowInfo['kind'] {
  const kind = text(property).toUpperCase();
  if (kind === 'TUMBLING' || kind === 'HOPPING' || kind === 'SESSION') return kind;
  throw invalid(property, 'SESSION, HOPPING or TUMBLING');
}

/** In milliseconds. */
function windowSize(property: PropertyNode): number {
  const found = parseDurationText(text(property));
  if (typeof found === 'number') return found;
  throw errorAt(
    'BAD_STATEMENT',
    property.value,
    `Configuration WINDOW_SIZE is invalid: Invalid duration: '${text(property)}'. ${found}`,
  );
}

const GENERATED_QUERY_IDS = ['CSAS_', 'CTAS_', 'INSERTQUERY_', 'CST_'];

function queryId(property: PropertyNode): string {
  const id = text(property).toUpperCase();
  if (!/^[A-Z0-9_]+$/.test(id)) throw invalid(property, 'letters, digits and _');
  if (GENERATED_QUERY_IDS.some((prefix) => id.startsWith(prefix))) {
    throw invalid(property, `a name that does not start with ${GENERATED_QUERY_IDS.join(', ')}`);
  }
  return id;
}

function literalText(literal: LiteralNode): string {
  switch (literal.type) {
    case 'NULL':
      return 'NULL';
    case 'BOOLEAN':
    case 'STRING':
      return String(literal.value);
    default:
      return literal.text;
  }
}

function invalid(property: PropertyNode, expected: string): Error {
  const { name, value } = property;
  const found = value.type === 'STRING' ? `'${value.value}'` : literalText(value);
  return errorAt(
    'BAD_STATEMENT',
    value,
    `Configuration ${name} is invalid: expected ${expected}, but found ${found}.`,
  );
}
