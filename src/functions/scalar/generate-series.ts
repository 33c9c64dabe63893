import { EvaluationError } from '../../sql/evaluation-error.ts';
import { BIGINT, INTEGER, type SqlType, type Value } from '../../sql/types.ts';
import { integer } from '../../sql/value.ts';
import { overload, parameter, type ScalarFunction, type ScalarOverload } from '../function.ts';
import { checkLength } from './array-size.ts';

export const generateSeries: ScalarFunction = {
  name: 'GENERATE_SERIES',
  displayName: 'GENERATE_SERIES',
  category: 'ARRAY',
  description:
    'The numbers from the first to the last, at most 1000000 of them. The step is 1 or, when the last is ' +
    'not above the first, -1 unless given.',
  examples: [
    { sql: 'GENERATE_SERIES(1, 4)', result: '[1, 2, 3, 4]' },
    { sql: 'GENERATE_SERIES(2, 0)', result: '[2, 1, 0]' },
    { sql: 'GENERATE_SERIES(0, 9, 4)', result: '[0, 4, 8]' },
  ],
  overloads: [...seriesOf(INTEGER), ...seriesOf(BIGINT)],
};

function seriesOf(type: typeof INTEGER | typeof BIGINT): readonly ScalarOverload[] {
  const ends = [parameter('first', type, 'FAIL'), parameter('last', type, 'FAIL')];
  const result: SqlType = { kind: 'ARRAY', element: type };
  return [
    overload(ends, result, (first: number | bigint, last: number | bigint) =>
      series(first, last, last > first ? 1 : -1),
    ),
    overload([...ends, parameter('step', INTEGER, 'FAIL')], result, series),
  ];
}

function series(first: number | bigint, last: number | bigint, step: number): Value[] {
  if (step === 0) throw new EvaluationError('The step of GENERATE_SERIES is 0');
  if ((step > 0 && first > last) || (step < 0 && first < last)) {
    throw new EvaluationError(
      `GENERATE_SERIES cannot go from ${first} to ${last} in steps of ${step}`,
    );
  }
  const start = BigInt(first);
  const length = Number((BigInt(last) - start) / BigInt(step)) + 1;
  checkLength('GENERATE_SERIES', length);
  if (typeof first === 'number' && typeof last === 'number') {
    return Array.from({ length }, (_, index) => first + index * step);
  }
  return Array.from({ length }, (_, index) => integer(start + BigInt(index) * BigInt(step)));
}
