import type { Expression } from '../expressions/expression.ts';
import { BOOLEAN } from '../sql/types.ts';

/**
 * The disjunctive normal form of a condition: lists of leaves, of which at least one list must hold altogether. IN
 * becomes a disjunct per option, NOT is pushed down to the leaves.
 *
 * Disjuncts come one by one, left to right, as their number may be exponential.
 */
export function* disjuncts(condition: Expression): Generator<readonly Expression[]> {
  yield* expand({ condition, negated: false });
}

interface Signed {
  readonly condition: Expression;
  readonly negated: boolean;
}

function* expand({ condition, negated }: Signed): Generator<readonly Expression[]> {
  switch (condition.kind) {
    case 'not':
      return yield* expand({ condition: condition.operand, negated: !negated });
    case 'logical': {
      const left = { condition: condition.left, negated };
      const right = { condition: condition.right, negated };
      if ((condition.operator === 'OR') !== negated) {
        yield* expand(left);
        return yield* expand(right);
      }
      for (const leftLeaves of expand(left)) {
        for (const rightLeaves of expand(right)) yield [...leftLeaves, ...rightLeaves];
      }
      return;
    }
    case 'in': {
      const equalities = condition.options.map((option): Expression => ({
        kind: 'comparison',
        type: BOOLEAN,
        operator: '=',
        left: condition.operand,
        right: option,
      }));
      if (condition.negated === negated) {
        for (const equality of equalities) yield [equality];
      } else {
        yield equalities.map(negation);
      }
      return;
    }
    default:
      yield [negated ? negation(condition) : condition];
  }
}

function negation(operand: Expression): Expression {
  return { kind: 'not', type: BOOLEAN, operand };
}
