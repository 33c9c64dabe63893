import { entriesInOrder } from '../../sql/map-order.ts';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  STRING,
  type PrimitiveKind,
  type Value,
} from '../../sql/types.ts';
import {
  arrayOf,
  GENERIC_T,
  mapOf,
  overload,
  parameter,
  type ScalarFunction,
  type ScalarOverload,
} from '../function.ts';
import { arrayAt, mapAt } from './argument-types.ts';
import { firstType } from './same-type.ts';

type SqlMap = ReadonlyMap<Value, Value>;

export const asMap: ScalarFunction = {
  name: 'AS_MAP',
  displayName: 'AS_MAP',
  category: 'MAP',
  description:
    'The map of these keys to these values, pair by pair. Keys without a value get null, values without ' +
    'a key are left out; of equal keys the last one counts.',
  examples: [
    { sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", result: '{a=1, b=2}' },
    { sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1])", result: '{a=1, b=null}' },
  ],
  overloads: [
    {
      parameters: [parameter('keys', arrayOf(STRING)), parameter('values', arrayOf(GENERIC_T))],
      variadic: false,
      returnType: (types) => ({ kind: 'MAP', key: STRING, value: arrayAt(types, 1).element }),
      create: () => (keys: readonly Value[], values: readonly Value[]) =>
        new Map(keys.map((key, index) => [key, values[index] ?? null])),
    },
  ],
};

export const mapKeys: ScalarFunction = {
  name: 'MAP_KEYS',
  displayName: 'map_keys',
  category: 'MAP',
  description: 'All keys of the map.',
  examples: [{ sql: "MAP_KEYS(MAP('a' := 1, 'b' := 2))", result: '[a, b]' }],
  overloads: [
    {
      parameters: [parameter('map', mapOf(STRING, GENERIC_T))],
      variadic: false,
      returnType: () => ({ kind: 'ARRAY', element: STRING }),
      create: () => (map: SqlMap) => entriesInOrder(map).map(([key]) => key),
    },
  ],
};

export const mapValues: ScalarFunction = {
  name: 'MAP_VALUES',
  displayName: 'map_values',
  category: 'MAP',
  description: 'The values of all keys of the map.',
  examples: [{ sql: "MAP_VALUES(MAP('a' := 1, 'b' := NULL))", result: '[1, null]' }],
  overloads: [
    {
      parameters: [parameter('map', mapOf(STRING, GENERIC_T))],
      variadic: false,
      returnType: (types) => ({ kind: 'ARRAY', element: mapAt(types, 0).value }),
      create: () => (map: SqlMap) => entriesInOrder(map).map(([, value]) => value),
    },
  ],
};

export const mapUnion: ScalarFunction = {
  name: 'MAP_UNION',
  displayName: 'map_union',
  category: 'MAP',
  description:
    'The entries of both maps; for a key of both the second counts. A null map counts as empty, two are null.',
  examples: [
    { sql: "MAP_UNION(MAP('a' := 1, 'b' := 2), MAP('b' := 5))", result: '{a=1, b=5}' },
    { sql: "MAP_UNION(NULL, MAP('b' := 5))", result: '{b=5}' },
  ],
  overloads: [
    {
      parameters: [
        parameter('left', mapOf(STRING, GENERIC_T), 'PASS'),
        parameter('right', mapOf(STRING, GENERIC_T), 'PASS'),
      ],
      variadic: false,
      returnType: firstType,
      create: () => (left: SqlMap | null, right: SqlMap | null) =>
        left === null && right === null ? null : new Map([...(left ?? []), ...(right ?? [])]),
    },
  ],
};

export const entries: ScalarFunction = {
  name: 'ENTRIES',
  displayName: 'ENTRIES',
  category: 'MAP',
  description:
    'The entries of the map as structs with the fields K and V, sorted by key if asked for.',
  examples: [
    { sql: "ENTRIES(MAP('b' := 1, 'a' := 2), true)", result: '[Struct{K=a,V=2}, Struct{K=b,V=1}]' },
  ],
  overloads: [INTEGER, BIGINT, DOUBLE, BOOLEAN, STRING].map(entriesOf),
};

function entriesOf(type: { readonly kind: PrimitiveKind }): ScalarOverload {
  const fields = [
    { name: 'K', type: STRING },
    { name: 'V', type },
  ];
  return overload(
    [parameter('map', mapOf(STRING, type)), parameter('sorted', BOOLEAN, 'FAIL')],
    { kind: 'ARRAY', element: { kind: 'STRUCT', fields } },
    (map: SqlMap, sorted: boolean) => {
      const structs = entriesInOrder(map).map(([key, value]) => [key, value]);
      return sorted ? structs.sort(([a], [b]) => compareTexts(a!, b!)) : structs;
    },
  );
}

/** By UTF-16 unit. */
function compareTexts(a: Value, b: Value): number {
  return Number((a as string) > (b as string)) - Number((a as string) < (b as string));
}
