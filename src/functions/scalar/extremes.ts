import { orderOf } from '../../sql/compare.ts';
import {
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type Value,
} from '../../sql/types.ts';
import {
  COMMON_DECIMAL,
  parameter,
  type ParameterType,
  type ScalarFunction,
  type ScalarOverload,
} from '../function.ts';
import { firstType } from './same-type.ts';

const TYPES: readonly ParameterType[] = [
  INTEGER,
  BIGINT,
  DOUBLE,
  COMMON_DECIMAL,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
];

export const greatest: ScalarFunction = {
  name: 'GREATEST',
  displayName: 'greatest',
  category: 'MATHEMATICAL',
  description: 'The largest of the values; nulls do not count. Null when all are null.',
  examples: [
    { sql: 'GREATEST(4, 10, 7)', result: '10' },
    { sql: "GREATEST('Delta', 'alpha')", result: "'alpha'" },
    { sql: 'GREATEST(1.5, 2.25)', result: '2.25' },
    { sql: 'GREATEST(NULL, 3)', result: '3' },
  ],
  overloads: TYPES.map((type) => extreme(type, 1)),
};

export const least: ScalarFunction = {
  name: 'LEAST',
  displayName: 'least',
  category: 'MATHEMATICAL',
  description: 'The smallest of the values; nulls do not count. Null when all are null.',
  examples: [
    { sql: 'LEAST(4, 10, 7)', result: '4' },
    { sql: "LEAST('Delta', 'alpha')", result: "'Delta'" },
    { sql: 'LEAST(1E0, 2)', result: '1E0' },
  ],
  overloads: TYPES.map((type) => extreme(type, -1)),
};

/** @param direction 1 for the largest, -1 for the smallest. */
function extreme(type: ParameterType, direction: 1 | -1): ScalarOverload {
  return {
    parameters: [parameter('first', type, 'PASS'), parameter('others', type, 'PASS')],
    variadic: true,
    returnType: firstType,
    create: (types) => {
      const compare = orderOf(firstType(types));
      return (...values: Value[]) => {
        let best: Value = null;
        for (const value of values) {
          if (value === null) continue;
          if (best === null || compare(value, best) * direction > 0) best = value;
        }
        return best;
      };
    },
  };
}
