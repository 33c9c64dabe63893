// Hot path: once per record.
import type { Value } from '../../sql/types.ts';

/** 64 bits in two unsigned halves. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

/** A well mixed hash of a value: the same in every process, equal for equal values of one type. */
export function hashValue(value: Value): Hash {
  const text = textOf(value);
  // Two lanes that take in every code unit with multipliers of their own, each mixed in the end with the other.
  let a = 0x2545f491 ^ text.length;
  let b = 0x9e3779b9 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca77);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0xc2b2ae3d);
    b ^= b >>> 13;
  }
  return { high: mix(a ^ Math.imul(b, 0x27d4eb2f)), low: mix(b ^ Math.imul(a, 0x165667b1)) };
}

/** The finalizer of MurmurHash3: every bit of the input reaches every bit of the result. */
function mix(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A text that differs for different values of one type: parts carry their length, so they cannot run together. */
function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  // The entries of equal maps may come in any order.
  if (value instanceof Map)
    return [...value]
      .map((entry) => partsOf(entry))
      .sort()
      .join();
  return partsOf(value);
}

function partsOf(values: readonly Value[]): string {
  return values
    .map((value) => {
      const text = textOf(value);
      return value === null ? '-' : `${text.length}:${text}`;
    })
    .join();
}
