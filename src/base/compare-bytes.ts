// Hot path: several times per record.

/**
 * Orders bytes as unsigned numbers, a prefix first: negative, 0 or positive. For short ones, of which a call into Node's
 * `Buffer.compare` would take several times as long as the comparison.
 */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const count = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < count; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
