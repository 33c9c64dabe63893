// Hot path: once per element looked at.
import type { Value } from '../../sql/types.ts';

/**
 * Whether two values of one type are the same, deep for collections: NULL is NULL and NaN is NaN. This is how
 * aggregates recognise a value they have seen, unlike the operator `=`.
 */
export function identical(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') {
    return typeof a === 'number' && Number.isNaN(a) && Number.isNaN(b);
  }
  if (a === null || b === null) return false;
  if (a instanceof Map) return b instanceof Map && identicalMaps(a, b);
  if (b instanceof Map || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!identical(a[i] as Value, b[i] as Value)) return false;
  }
  return true;
}

function identicalMaps(a: Map<Value, Value>, b: Map<Value, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !identical(value, other)) return false;
  }
  return true;
}
