// Hot path: once per record.
import { EvaluationError } from '../../sql/evaluation-error.ts';
import type { Value } from '../../sql/types.ts';
import type { TableFunctionDefinition } from '../table-function.ts';

/** A million rows out of one. */
const ELEMENTS_MAX = 20;

/** CUBE_EXPLODE: what GROUP BY CUBE of other dialects needs, all ways to leave out columns. */
export const cubeExplode: TableFunctionDefinition = {
  name: 'CUBE_EXPLODE',
  displayName: 'cube_explode',
  description:
    'One row per way to replace elements of an ARRAY by null; elements that are null already stay so. ' +
    'The ARRAY has at most 20 elements.',
  examples: ['SELECT CUBE_EXPLODE(ARRAY[country, city]) AS place FROM visits EMIT CHANGES;'],
  signatures: ['cube_explode(ARRAY<T> columns)'],
  bind([type, ...more]) {
    if (type?.kind !== 'ARRAY' || more.length > 0) return null;
    return {
      resultType: type,
      expand: ([list]) => (list === null ? [] : combinations(list as Value[])),
    };
  },
};

/** In the order of counting up in binary, where the last element that is not null is the lowest digit. */
function combinations(elements: readonly Value[]): Value[][] {
  if (elements.length > ELEMENTS_MAX) {
    throw new EvaluationError(
      `takes at most ${ELEMENTS_MAX} elements, but found ${elements.length}`,
    );
  }
  let partial: Value[][] = [[]];
  for (const element of elements) {
    partial =
      element === null
        ? partial.map((row) => [...row, null])
        : partial.flatMap((row) => [
            [...row, null],
            [...row, element],
          ]);
  }
  return partial;
}
