import { overload, overloadPerUse, parameter } from '../../src/functions/function.ts';
import type { ScalarFunction, ScalarOverload } from '../../src/functions/function.ts';
import type { Aggregate, AggregateDefinition } from '../../src/functions/aggregate.ts';
import type { FunctionDefinitions } from '../../src/functions/known-functions.ts';
import type { TableFunctionDefinition } from '../../src/functions/table-function.ts';
import { compileCast } from '../../src/sql/cast.ts';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  type Row,
  type SqlType,
  STRING,
  type StructType,
  typesEqual,
  type Value,
} from '../../src/sql/types.ts';
import { integer } from '../../src/sql/value.ts';

/** The functions that cases use besides the built-in ones: section 11.5 of the dialect reference. */

const STRUCT_A: StructType = { kind: 'STRUCT', fields: [{ name: 'A', type: STRING }] };

function scalar(name: string, overloads: readonly ScalarOverload[]): ScalarFunction {
  return {
    name,
    displayName: name.toLowerCase(),
    category: 'OTHER',
    description: 'For tests.',
    examples: [],
    overloads,
  };
}

function constant(types: readonly SqlType['kind'][], text: string): ScalarOverload {
  const parameters = types.map((kind, index) =>
    parameter(`p${index}`, { kind } as typeof INTEGER, 'PASS'),
  );
  return overload(parameters, STRING, () => text);
}

const testUdf = scalar('TEST_UDF', [
  constant(['INTEGER', 'STRING'], 'doStuffIntString'),
  constant(['BIGINT', 'STRING'], 'doStuffLongString'),
  constant(['BIGINT', 'BIGINT', 'STRING'], 'doStuffLongLongString'),
  { ...constant(['BIGINT'], 'doStuffLongVarargs'), variadic: true },
  overload([parameter('struct', STRUCT_A)], STRING, ([a]: Row) => a ?? null),
  overload([], STRUCT_A, () => ['foo']),
]);

function fail(): never {
  throw new Error('boom!');
}

const badUdf = scalar('BAD_UDF', [
  overload([parameter('value', INTEGER, 'PASS')], INTEGER, fail),
  overload([parameter('fails', BOOLEAN, 'PASS')], INTEGER, (fails: boolean | null) =>
    fails === true ? fail() : 0,
  ),
  overloadPerUse([parameter('text', STRING, 'PASS')], STRING, () => {
    let count = 0;
    return (text: string | null) => (count++ % 2 === 0 ? null : text);
  }),
]);

const whenCondition = scalar('WHENCONDITION', [
  overload(
    [parameter('result', BOOLEAN), parameter('allowed', BOOLEAN)],
    BOOLEAN,
    (result: boolean, allowed: boolean) => (allowed ? result : fail()),
  ),
]);

const whenResult = scalar('WHENRESULT', [
  overload(
    [parameter('result', INTEGER), parameter('allowed', BOOLEAN)],
    INTEGER,
    (result: number, allowed: boolean) => (allowed ? result : fail()),
  ),
]);

const toStruct = scalar('TOSTRUCT', [
  overload([parameter('text', STRING)], STRUCT_A, (text: string) => [text]),
]);

const LARGE_DECIMAL: SqlType = { kind: 'DECIMAL', precision: 30, scale: 10 };

const testUdtf: TableFunctionDefinition = {
  name: 'TEST_UDTF',
  displayName: 'test_udtf',
  description: 'For tests.',
  examples: [],
  signatures: ['test_udtf(T value)', 'test_udtf(T... values)'],
  bind(types) {
    const [only] = types;
    if (types.length === 1 && only !== undefined && only !== null) {
      const resultType = only.kind === 'DECIMAL' ? LARGE_DECIMAL : only;
      const cast = compileCast(only, resultType);
      return { resultType, expand: ([value]) => [value === null ? fail() : cast(value as never)] };
    }
    if (types.length !== 7) return null;
    const texts = types.map((type) => textFunction(type ?? STRING));
    return { resultType: STRING, expand: (args) => args.map((value, i) => texts[i]!(value)) };
  },
};

/** The text of a value; of a collection, of its first element. */
function textFunction(type: SqlType): (value: Value) => Value {
  if (type.kind === 'ARRAY') {
    const text = textFunction(type.element);
    return (value) => text((value as Value[])[0] ?? null);
  }
  if (type.kind === 'MAP') {
    const text = textFunction(type.value);
    return (value) => text([...(value as Map<Value, Value>).values()][0] ?? null);
  }
  const cast = compileCast(type, STRING);
  return (value) => (value === null ? 'null' : cast(value as never));
}

const throwingUdtf: TableFunctionDefinition = {
  name: 'THROWING_UDTF',
  displayName: 'throwing_udtf',
  description: 'For tests.',
  examples: [],
  signatures: ['throwing_udtf(BOOLEAN fails)'],
  bind: (types) =>
    types.length === 1 && types[0]?.kind === 'BOOLEAN'
      ? { resultType: BOOLEAN, expand: ([fails]) => (fails === true ? fail() : [fails ?? null]) }
      : null,
};

function aggregate(
  name: string,
  rest: Pick<AggregateDefinition, 'bind' | 'signatures'> & Partial<AggregateDefinition>,
): AggregateDefinition {
  return {
    name,
    displayName: name,
    description: 'For tests.',
    examples: [],
    intermediate: 'SCALAR',
    ...rest,
  };
}

/** A BIGINT that begins at `initial` and grows by what a row weighs. */
function weighing(
  weigh: (value: Value) => number,
  { initial = 0, added = 0, undo = false, type = BIGINT as SqlType },
): Aggregate {
  const move = (state: Row, slot: number, by: number): void => {
    state[slot] =
      type.kind === 'DOUBLE'
        ? (state[slot] as number) + by
        : integer(BigInt(state[slot] as number) + BigInt(by));
  };
  return {
    resultType: type,
    stateTypes: [type],
    initial: () => [initial],
    add: (state, slot, value) => move(state, slot, weigh(value)),
    ...(undo
      ? { undo: (state: Row, slot: number, value: Value) => move(state, slot, -weigh(value)) }
      : {}),
    merge: (state, slot, from) => move(state, slot, from[slot] as number),
    result: (state, slot) => integer(BigInt(state[slot] as number) + BigInt(added)),
  };
}

/** A number weighs itself, a text its length, null nothing. */
function weightOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  return value === null ? 0 : Number(value);
}

function totalWeight(value: Value): number {
  return Array.isArray(value)
    ? value.reduce<number>((sum, each) => sum + weightOf(each), 0)
    : weightOf(value);
}

const PAIR: SqlType = {
  kind: 'STRUCT',
  fields: [
    { name: 'A', type: INTEGER },
    { name: 'B', type: INTEGER },
  ],
};

const testUdaf = aggregate('TEST_UDAF', {
  signatures: [
    'TEST_UDAF(BIGINT value)',
    'TEST_UDAF(INTEGER value)',
    'TEST_UDAF(DOUBLE value)',
    'TEST_UDAF(STRING value, STRING initial)',
  ],
  literalCount: (types) => types.length - 1,
  bind(types, { literals }) {
    const [type] = types;
    if (types.length === 2 && type?.kind === 'STRING' && types[1]?.kind === 'STRING') {
      return weighing(weightOf, { initial: weightOf(literals[0] ?? null) });
    }
    if (types.length !== 1 || type === undefined || type === null) return null;
    if (type.kind === 'BIGINT' || type.kind === 'INTEGER')
      return weighing(weightOf, { undo: true });
    if (type.kind === 'DOUBLE') return doubles;
    return typesEqual(type, PAIR) ? pairs : null;
  },
});

const doubles: Aggregate = {
  resultType: DOUBLE,
  stateTypes: [DOUBLE],
  initial: () => [0],
  add(state, slot, value) {
    state[slot] = (state[slot] as number) + weightOf(value);
  },
  merge(state, slot, from) {
    state[slot] = (state[slot] as number) + (from[slot] as number);
  },
  result: (state, slot) => state[slot] as number,
};

const pairs: Aggregate = {
  resultType: PAIR,
  stateTypes: [PAIR],
  initial: () => [[0, 0]],
  add(state, slot, value) {
    if (value === null) return;
    const [a, b] = state[slot] as number[];
    const [addedA, addedB] = value as (number | null)[];
    state[slot] = [a! + (addedA ?? 0), b! + (addedB ?? 0)];
  },
  merge(state, slot, from) {
    this.add(state, slot, from[slot] as Value, 0);
  },
  result: (state, slot) => state[slot] as Value,
};

type Types = Parameters<AggregateDefinition['bind']>[0];

function areOf(types: Types, kinds: readonly SqlType['kind'][]): boolean {
  return (
    types.length === kinds.length &&
    types.every((type, i) => type === null || type.kind === kinds[i])
  );
}

function areStrings(types: Types): boolean {
  return types.every((type) => type === null || type.kind === 'STRING');
}

/** The columns, then an INT and any number of texts as literals, which give the value it begins with. */
function multiArgument(name: string, columns: readonly SqlType['kind'][]): AggregateDefinition {
  return aggregate(name, {
    signatures: [`${name}(${columns.join(', ')}, INTEGER initial, STRING... initials)`],
    literalCount: (types) => Math.max(0, types.length - columns.length),
    bind(types, { literals }) {
      const constants = types.slice(columns.length);
      const fits =
        areOf(types.slice(0, columns.length), columns) &&
        constants.length > 0 &&
        areOf(constants.slice(0, 1), ['INTEGER']) &&
        areStrings(constants.slice(1));
      if (!fits) return null;
      return weighing(totalWeight, { initial: totalWeight([...literals]) });
    },
  });
}

const varArg = aggregate('VAR_ARG', {
  signatures: ['VAR_ARG(BIGINT first, STRING... others)'],
  bind: (types) =>
    types.length > 0 && areOf(types.slice(0, 1), ['BIGINT']) && areStrings(types.slice(1))
      ? weighing(totalWeight, {})
      : null,
});

const midVarArg = aggregate('MID_VAR_ARG', {
  signatures: ['MID_VAR_ARG(BIGINT first, STRING... others, INTEGER a, INTEGER b)'],
  literalCount: (types) => Math.min(2, Math.max(0, types.length - 1)),
  bind(types, { literals }) {
    const fits =
      types.length >= 3 &&
      areOf(types.slice(0, 1), ['BIGINT']) &&
      areStrings(types.slice(1, -2)) &&
      areOf(types.slice(-2), ['INTEGER', 'INTEGER']);
    return fits ? weighing(totalWeight, { added: totalWeight([...literals]) }) : null;
  },
});

/** A list of the first arguments of the rows whose arguments are all there. */
function complete(type: SqlType): Aggregate {
  const list: SqlType = { kind: 'ARRAY', element: type };
  return {
    resultType: list,
    stateTypes: [list],
    initial: () => [[]],
    add(state, slot, value) {
      const values = Array.isArray(value) ? value : [value];
      if (!values.includes(null)) state[slot] = [...(state[slot] as Value[]), values[0] as Value];
    },
    merge(state, slot, from) {
      state[slot] = [...(state[slot] as Value[]), ...(from[slot] as Value[])];
    },
    result: (state, slot) => state[slot] as Value,
  };
}

const genericVarArg = aggregate('GENERIC_VAR_ARG', {
  signatures: ['GENERIC_VAR_ARG(A first, B second, C... others)'],
  intermediate: 'NESTED',
  bind(types) {
    const [first, second, third, ...others] = types;
    if (!first || !second) return null;
    const same = others.every((type) => !type || !third || typesEqual(type, third));
    return same ? complete(first) : null;
  },
});

const objectColumns = aggregate('OBJ_COL_ARG', {
  signatures: ['OBJ_COL_ARG(INTEGER first, ANY... others)'],
  intermediate: 'NESTED',
  bind: (types) => (types[0]?.kind === 'INTEGER' ? complete(INTEGER) : null),
});

export const caseFunctions: FunctionDefinitions = {
  scalars: [testUdf, badUdf, whenCondition, whenResult, toStruct],
  tables: [testUdtf, throwingUdtf],
  aggregates: [
    testUdaf,
    multiArgument('MULTI_ARG', ['BIGINT', 'STRING']),
    multiArgument('FOUR_ARG', ['BIGINT', 'STRING', 'STRING', 'STRING']),
    multiArgument('FIVE_ARG', ['BIGINT', 'STRING', 'STRING', 'STRING', 'INTEGER']),
    varArg,
    midVarArg,
    genericVarArg,
    objectColumns,
  ],
};
