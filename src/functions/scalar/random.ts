import { DOUBLE } from '../../sql/types.ts';
import { ambientOverload, type ScalarFunction } from '../function.ts';

const TWO_26 = 2 ** 26;
const TWO_53 = 2 ** 53;

export const random: ScalarFunction = {
  name: 'RANDOM',
  displayName: 'random',
  category: 'MATHEMATICAL',
  description: 'A random number from 0 up to, but not including, 1: another one at each call.',
  examples: [{ sql: 'RANDOM() < 1', result: 'true' }],
  overloads: [
    ambientOverload('RANDOM', DOUBLE, (draw: () => number) => {
      // 27 and 26 bits make the 53 that a double holds.
      const high = draw() >>> 5;
      return (high * TWO_26 + (draw() >>> 6)) / TWO_53;
    }),
  ],
};
