import * as fc from 'fast-check';
import type {
  ColumnDefinition,
  Duration,
  ExpressionNode,
  Identifier,
  LiteralNode,
  Location,
  QueryNode,
  SelectItem,
  StatementNode,
  TypeNode,
} from '../../grammar/ast.ts';
import { RESERVED_WORDS, UNRESERVED_WORDS } from '../../grammar/names.ts';

/** Random trees of every kind the parser can make. */

const location: Location = { line: 1, column: 1, start: 0, end: 0 };
const here = fc.constant(location);

function nullable<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null, freq: 2 });
}

const oddText = fc
  .string({
    unit: fc.constantFrom('a', 'Z', '1', ' ', "'", '"', '`', '\n', '-', '/', '*', ';', 'ß', '😀'),
  })
  .filter((text) => text !== '');

const word = fc.constantFrom(...RESERVED_WORDS, ...UNRESERVED_WORDS);
const plainName = fc.constantFrom(
  'A',
  'B_1',
  '_X',
  'lower',
  'C@D',
  '1A',
  '__proto__',
  'constructor',
);

function identifierOf(name: fc.Arbitrary<string>): fc.Arbitrary<Identifier> {
  return fc.record({ kind: fc.constant('identifier'), name, location: here });
}

const name = identifierOf(fc.oneof(plainName, word, oddText));
const upperName = identifierOf(
  fc.oneof(plainName, word, oddText).map((text) => text.toUpperCase()),
);
const sourceName = identifierOf(fc.oneof(fc.constantFrom('S', 'foo-bar', 'x_1', '9', '-'), word));

export const anyType: fc.Arbitrary<TypeNode> = fc.letrec<{ type: TypeNode }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('namedType'),
      name: upperName.map((it) => it.name),
      location: here,
    }),
    fc.record({
      kind: fc.constant('decimalType'),
      precision: fc.nat(),
      scale: fc.nat(),
      location: here,
    }),
    fc.record({ kind: fc.constant('arrayType'), element: tie('type'), location: here }),
    fc.record({
      kind: fc.constant('mapType'),
      key: tie('type'),
      value: tie('type'),
      location: here,
    }),
    fc.record({
      kind: fc.constant('structType'),
      fields: fc.array(fc.record({ name, type: tie('type') }), { maxLength: 3 }),
      location: here,
    }),
  ),
})).type;

const integerText = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const INTEGER_LIMIT = 2n ** 31n;

export const anyLiteral: fc.Arbitrary<LiteralNode> = fc.oneof(
  fc.record({ kind: fc.constant('literal'), type: fc.constant('NULL'), location: here }),
  fc.record({
    kind: fc.constant('literal'),
    type: fc.constant('BOOLEAN'),
    value: fc.boolean(),
    location: here,
  } as const),
  fc.record({
    kind: fc.constant('literal'),
    type: fc.constant('STRING'),
    value: fc.oneof(oddText, fc.constant('')),
    location: here,
  } as const),
  fc.oneof(integerText, fc.bigInt({ min: -3n, max: 3n })).map((integer): LiteralNode => ({
    kind: 'literal',
    type: integer >= -INTEGER_LIMIT && integer < INTEGER_LIMIT ? 'INTEGER' : 'BIGINT',
    text: String(integer),
    location,
  })),
  fc.constantFrom('1.5', '.5', '-.5', '1.', '-0.00', '007.10').map((text): LiteralNode => ({
    kind: 'literal',
    type: 'DECIMAL',
    text,
    location,
  })),
  fc.constantFrom('1e3', '1.5E-2', '-.5e1', '2.E+4').map((text): LiteralNode => ({
    kind: 'literal',
    type: 'DOUBLE',
    text,
    location,
  })),
) as fc.Arbitrary<LiteralNode>;

const unit = fc.constantFrom('DAYS', 'HOURS', 'MINUTES', 'SECONDS', 'MILLISECONDS');
const negated = fc.boolean();

export const anyExpression: fc.Arbitrary<ExpressionNode> = fc.letrec<{
  expression: ExpressionNode;
}>((tie) => {
  const inner = tie('expression');
  const pair = { left: inner, right: inner, location: here };
  const tested = { negated, operand: inner, location: here };
  const few = fc.array(inner, { maxLength: 3 });
  const some = fc.array(inner, { minLength: 1, maxLength: 3 });
  const lambda = fc.record({
    kind: fc.constant('lambda'),
    parameters: fc.array(name, { minLength: 1, maxLength: 3 }),
    body: inner,
    location: here,
  });
  const intervalUnit = fc.record({ kind: fc.constant('intervalUnit'), unit, location: here });
  const callArguments = fc
    .tuple(
      fc.array(fc.oneof(inner, intervalUnit), { minLength: 1, maxLength: 2 }),
      fc.array(lambda, { maxLength: 2 }),
    )
    .map(([ordinary, lambdas]) => [...ordinary, ...lambdas]);
  return {
    expression: fc.oneof(
      { maxDepth: 4 },
      anyLiteral,
      fc.record({ kind: fc.constant('column'), qualifier: nullable(name), name, location: here }),
      fc.record({
        kind: fc.constant('call'),
        name: upperName,
        star: fc.constant(false),
        arguments: fc.oneof(callArguments, fc.constant([])),
        location: here,
      }),
      fc.record({
        kind: fc.constant('call'),
        name: upperName,
        star: fc.constant(true),
        arguments: fc.constant([]),
        location: here,
      }),
      fc.record({ kind: fc.constant('cast'), operand: inner, type: anyType, location: here }),
      fc.record({
        kind: fc.constant('unary'),
        operator: fc.constantFrom('+', '-'),
        operand: inner,
        location: here,
      }),
      fc.record({
        kind: fc.constant('binary'),
        operator: fc.constantFrom('+', '-', '*', '/', '%'),
        ...pair,
      }),
      fc.record({
        kind: fc.constant('comparison'),
        operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
        ...pair,
      }),
      fc.record({ kind: fc.constant('distinct'), negated, ...pair }),
      fc.record({ kind: fc.constant('logical'), operator: fc.constantFrom('AND', 'OR'), ...pair }),
      fc.record({ kind: fc.constant('not'), operand: inner, location: here }),
      fc.record({ kind: fc.constant('isNull'), ...tested }),
      fc.record({ kind: fc.constant('between'), ...tested, low: inner, high: inner }),
      fc.record({ kind: fc.constant('in'), ...tested, options: some }),
      fc.record({
        kind: fc.constant('like'),
        ...tested,
        pattern: inner,
        escape: nullable(oddText),
      }),
      fc.record({
        kind: fc.constant('case'),
        operand: nullable(inner),
        // oxlint-disable-next-line unicorn/no-thenable -- as in the tree
        branches: fc.array(fc.record({ when: inner, then: inner }), { minLength: 1, maxLength: 2 }),
        otherwise: nullable(inner),
        location: here,
      }),
      fc.record({ kind: fc.constant('subscript'), base: inner, index: inner, location: here }),
      fc.record({ kind: fc.constant('dereference'), base: inner, field: name, location: here }),
      fc.record({ kind: fc.constant('array'), elements: few, location: here }),
      fc.record({
        kind: fc.constant('map'),
        entries: fc.array(fc.record({ key: inner, value: inner }), { maxLength: 2 }),
        location: here,
      }),
      fc.record({
        kind: fc.constant('struct'),
        fields: fc.array(fc.record({ name, value: inner }), { maxLength: 2 }),
        location: here,
      }),
    ) as fc.Arbitrary<ExpressionNode>,
  };
}).expression;

function durationFrom(min: number): fc.Arbitrary<Duration> {
  const amount = fc.integer({ min, max: 100_000 });
  return fc.record({ kind: fc.constant('duration'), amount, unit, location: here });
}

const duration = durationFrom(0);
const positive = durationFrom(1);

const window = fc
  .record({
    kind: fc.constant('window'),
    type: fc.constantFrom('TUMBLING', 'HOPPING', 'SESSION'),
    size: positive,
    advance: positive,
    retention: nullable(duration),
    grace: nullable(duration),
    location: here,
  })
  .map((node) => (node.type === 'HOPPING' ? node : { ...node, advance: null }));

const aliasedSource = fc.record({
  kind: fc.constant('aliasedSource'),
  source: sourceName,
  alias: nullable(sourceName),
  location: here,
});

const join = fc.record({
  kind: fc.constant('join'),
  type: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
  right: aliasedSource,
  within: nullable(
    fc.record({
      kind: fc.constant('within'),
      before: duration,
      after: duration,
      grace: nullable(duration),
      location: here,
    }),
  ),
  on: anyExpression,
  location: here,
});

const column = fc.record({
  kind: fc.constant('column'),
  qualifier: nullable(name),
  name,
  location: here,
});

const selectItem = fc.oneof(
  fc.record({
    kind: fc.constant('selectExpression'),
    expression: anyExpression,
    alias: nullable(name),
    location: here,
  }),
  fc.record({ kind: fc.constant('selectAll'), qualifier: nullable(name), location: here }),
  fc.record({ kind: fc.constant('selectStruct'), base: column, location: here }),
) as fc.Arbitrary<SelectItem>;

const expressions = fc.array(anyExpression, { maxLength: 3 });

export const anyQuery = fc.record({
  kind: fc.constant('query'),
  items: fc.array(selectItem, { minLength: 1, maxLength: 3 }),
  from: fc.record({
    kind: fc.constant('relation'),
    first: aliasedSource,
    joins: fc.array(join, { maxLength: 2 }),
    location: here,
  }),
  window: nullable(window),
  where: nullable(anyExpression),
  groupBy: nullable(expressions),
  partitionBy: nullable(expressions),
  having: nullable(anyExpression),
  emit: nullable(fc.constantFrom('CHANGES', 'FINAL')),
  limit: nullable(fc.nat()),
  location: here,
}) as fc.Arbitrary<QueryNode>;

const properties = fc.array(
  fc.record({
    kind: fc.constant('property'),
    name: upperName.map((it) => it.name),
    value: anyLiteral,
    location: here,
  }),
  { maxLength: 3 },
);

const columnDefinition = fc
  .record({
    kind: fc.constant('columnDefinition'),
    name,
    type: anyType,
    role: nullable(fc.constantFrom('KEY', 'PRIMARY KEY', 'HEADERS', 'HEADER')),
    headerKey: oddText,
    location: here,
  })
  .map((node) =>
    node.role === 'HEADER' ? node : { ...node, headerKey: null },
  ) as fc.Arbitrary<ColumnDefinition>;

const sourceKind = fc.constantFrom('STREAM', 'TABLE');
const flag = fc.boolean();

const simpleStatement = fc.oneof(
  fc.record({
    kind: fc.constant('createSource'),
    sourceKind,
    orReplace: flag,
    ifNotExists: flag,
    readOnly: flag,
    name: sourceName,
    columns: fc.array(columnDefinition, { maxLength: 3 }),
    properties,
    location: here,
  }),
  fc.record({
    kind: fc.constant('createAsSelect'),
    sourceKind,
    orReplace: flag,
    ifNotExists: flag,
    name: sourceName,
    properties,
    query: anyQuery,
    location: here,
  }),
  fc.record({
    kind: fc.constant('insertValues'),
    target: sourceName,
    columns: nullable(fc.array(name, { minLength: 1, maxLength: 3 })),
    values: expressions,
    location: here,
  }),
  fc.record({
    kind: fc.constant('insertSelect'),
    target: sourceName,
    properties,
    query: anyQuery,
    location: here,
  }),
  fc.record({ kind: fc.constant('select'), query: anyQuery, location: here }),
  fc.record({
    kind: fc.constant('dropSource'),
    sourceKind,
    ifExists: flag,
    name: sourceName,
    deleteTopic: flag,
    location: here,
  }),
  fc.record({ kind: fc.constant('terminate'), queryId: nullable(name), location: here }),
  fc.record({
    kind: fc.constant('pause'),
    action: fc.constantFrom('PAUSE', 'RESUME'),
    queryId: nullable(name),
    location: here,
  }),
  fc.record({ kind: fc.constant('define'), name, value: oddText, location: here }),
  fc.record({ kind: fc.constant('undefine'), name, location: here }),
  fc.record({
    kind: fc.constant('alterSource'),
    sourceKind,
    name: sourceName,
    columns: fc.array(fc.record({ name, type: anyType }), { minLength: 1, maxLength: 3 }),
    location: here,
  }),
  fc.record({
    kind: fc.constant('assertTopic'),
    topic: fc.oneof(oddText, plainName),
    exists: flag,
    properties,
    timeout: nullable(duration),
    location: here,
  }),
  fc.record({
    kind: fc.constant('assertSchema'),
    subject: nullable(fc.oneof(oddText, plainName)),
    id: nullable(fc.nat()),
    exists: flag,
    timeout: nullable(duration),
    location: here,
  }),
  fc.record({
    kind: fc.constant('alterSystem'),
    property: oddText,
    value: oddText,
    location: here,
  }),
  fc.record({
    kind: fc.constant('createConnector'),
    direction: fc.constantFrom('SOURCE', 'SINK'),
    ifNotExists: flag,
    name,
    properties: properties.filter((list) => list.length > 0),
    location: here,
  }),
  fc.record({ kind: fc.constant('dropConnector'), ifExists: flag, name, location: here }),
  fc.record({
    kind: fc.constant('listConnectors'),
    subject: fc.constant('CONNECTORS'),
    direction: nullable(fc.constantFrom('SOURCE', 'SINK')),
    location: here,
  }),
  fc.record({
    kind: fc.constant('listConnectors'),
    subject: fc.constant('CONNECTOR PLUGINS'),
    direction: fc.constant(null),
    location: here,
  }),
  fc.record({ kind: fc.constant('describeConnector'), name, location: here }),
  fc.record({
    kind: fc.constant('createType'),
    ifNotExists: flag,
    name: upperName,
    type: anyType,
    location: here,
  }),
  fc.record({
    kind: fc.constant('dropType'),
    ifExists: flag,
    name: upperName,
    location: here,
  }),
  fc.record({
    kind: fc.constant('list'),
    subject: fc.constantFrom('STREAMS', 'TABLES', 'QUERIES'),
    all: fc.constant(false),
    extended: flag,
    location: here,
  }),
  fc.record({
    kind: fc.constant('list'),
    subject: fc.constantFrom('PROPERTIES', 'FUNCTIONS', 'TYPES', 'VARIABLES'),
    all: fc.constant(false),
    extended: fc.constant(false),
    location: here,
  }),
  fc.record({
    kind: fc.constant('list'),
    subject: fc.constant('TOPICS'),
    all: flag,
    extended: flag,
    location: here,
  }),
  fc.record({
    kind: fc.constant('describe'),
    source: sourceName,
    subject: fc.constant(null),
    extended: flag,
    location: here,
  }),
  fc.record({
    kind: fc.constant('describe'),
    source: fc.constant(null),
    subject: fc.constantFrom('STREAMS', 'TABLES'),
    extended: flag,
    location: here,
  }),
  fc.record({ kind: fc.constant('describeFunction'), function: name, location: here }),
  fc.record({
    kind: fc.constant('print'),
    topic: fc.oneof(oddText, plainName),
    fromBeginning: flag,
    interval: nullable(fc.nat()),
    limit: nullable(fc.nat()),
    location: here,
  }),
  fc.record({ kind: fc.constant('set'), property: oddText, value: oddText, location: here }),
  fc.record({ kind: fc.constant('unset'), property: oddText, location: here }),
) as fc.Arbitrary<StatementNode>;

/** Any statement the parser can give. */
export const anyStatement: fc.Arbitrary<StatementNode> = fc.oneof(
  { weight: 9, arbitrary: simpleStatement },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({
        kind: fc.constant('explain'),
        statement: simpleStatement,
        queryId: fc.constant(null),
        location: here,
      }),
      fc.record({
        kind: fc.constant('explain'),
        statement: fc.constant(null),
        queryId: name,
        location: here,
      }),
    ) as fc.Arbitrary<StatementNode>,
  },
);
