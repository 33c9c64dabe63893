const BIGINT_BITS = 64;

/**
 * A BIGINT (or the unscaled integer of a DECIMAL) in its one canonical form: a number while it is a safe
 * integer, else a bigint. Everything that produces one goes through here, so equal values are `===`.
 */
export function integer(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Two's complement wrap-around to 64 bits, canonical. */
export function wrapBigint(value: bigint): number | bigint {
  return integer(BigInt.asIntN(BIGINT_BITS, value));
}
