import { integer } from '../sql/value.ts';
import { DeserializationError } from './format.ts';

/** More than any DECIMAL has digits for; converting takes time by the square of the length. */
const BYTES_MAX = 1_024;
const EXACT_BYTES = 6;

/** The integer of two's complement bytes, the highest first; none are 0. */
export function unscaledOf(bytes: Uint8Array): number | bigint {
  const { length } = bytes;
  if (length === 0) return 0;
  if (length <= EXACT_BYTES) {
    let value = bytes[0]! > 0x7f ? bytes[0]! - 0x100 : bytes[0]!;
    for (let i = 1; i < length; i++) value = value * 0x100 + bytes[i]!;
    return value;
  }
  if (length > BYTES_MAX) {
    throw new DeserializationError(`Found a decimal of ${length} bytes, at most ${BYTES_MAX} fit`);
  }
  return integer(BigInt.asIntN(length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`)));
}

/** The fewest two's complement bytes of an integer, the highest first; one for 0. */
export function bytesOfUnscaled(unscaled: number | bigint): Uint8Array {
  const value = BigInt(unscaled);
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex');
}
