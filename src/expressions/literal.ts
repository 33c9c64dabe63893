import { assert } from '../base/assert.ts';
import type { Value } from '../sql/types.ts';
import { integer } from '../sql/value.ts';
import type { LiteralExpression } from './expression.ts';

/** The value a literal stands for, as the engine holds it; BYTES literals are base64. */
export function literalValue({ type, value }: LiteralExpression): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'BIGINT':
    case 'DECIMAL':
      return integer(BigInt(value));
    case 'BYTES':
      assert(typeof value === 'string', 'a BYTES literal is base64 text');
      return new Uint8Array(Buffer.from(value, 'base64'));
    default:
      return value;
  }
}
