import type { Integer } from '../../sql/decimal.ts';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { BIGINT, BYTES, DOUBLE, INTEGER, STRING, type SqlType } from '../../sql/types.ts';
import { integer } from '../../sql/value.ts';
import { overload, parameter, type ScalarFunction, type ScalarOverload } from '../function.ts';

export const intFromBytes: ScalarFunction = {
  name: 'INT_FROM_BYTES',
  displayName: 'int_from_bytes',
  category: 'STRING',
  description:
    "The INTEGER that four bytes hold, in the order 'BIG_ENDIAN' (unless said otherwise) or " +
    "'LITTLE_ENDIAN'. Any other count of bytes is an error.",
  examples: [
    { sql: "INT_FROM_BYTES(TO_BYTES('00000102', 'hex'))", result: '258' },
    { sql: "INT_FROM_BYTES(TO_BYTES('02010000', 'hex'), 'LITTLE_ENDIAN')", result: '258' },
  ],
  overloads: fromBytesOverloads('INT_FROM_BYTES', INTEGER, 4, (view, little) =>
    view.getInt32(0, little),
  ),
};

export const bigintFromBytes: ScalarFunction = {
  name: 'BIGINT_FROM_BYTES',
  displayName: 'bigint_from_bytes',
  category: 'STRING',
  description:
    "The BIGINT that eight bytes hold, in the order 'BIG_ENDIAN' (unless said otherwise) or " +
    "'LITTLE_ENDIAN'. Any other count of bytes is an error.",
  examples: [{ sql: "BIGINT_FROM_BYTES(TO_BYTES('0000000000000102', 'hex'))", result: '258' }],
  overloads: fromBytesOverloads('BIGINT_FROM_BYTES', BIGINT, 8, (view, little) =>
    integer(view.getBigInt64(0, little)),
  ),
};

export const doubleFromBytes: ScalarFunction = {
  name: 'DOUBLE_FROM_BYTES',
  displayName: 'double_from_bytes',
  category: 'STRING',
  description:
    "The DOUBLE that eight bytes hold (IEEE 754), in the order 'BIG_ENDIAN' (unless said otherwise) or " +
    "'LITTLE_ENDIAN'. Any other count of bytes is an error.",
  examples: [{ sql: "DOUBLE_FROM_BYTES(TO_BYTES('3ff8000000000000', 'hex'))", result: '1.5E0' }],
  overloads: fromBytesOverloads('DOUBLE_FROM_BYTES', DOUBLE, 8, (view, little) =>
    view.getFloat64(0, little),
  ),
};

function fromBytesOverloads(
  name: string,
  type: SqlType,
  size: number,
  read: (view: DataView, littleEndian: boolean) => Integer,
): readonly ScalarOverload[] {
  const convert = (bytes: Uint8Array, littleEndian: boolean): Integer => {
    if (bytes.length !== size) {
      throw new EvaluationError(`${name} needs ${size} bytes, but found ${bytes.length}`);
    }
    return read(new DataView(bytes.buffer, bytes.byteOffset, size), littleEndian);
  };
  return [
    overload([parameter('bytes', BYTES)], type, (bytes: Uint8Array) => convert(bytes, false)),
    overload(
      [parameter('bytes', BYTES), parameter('order', STRING, 'FAIL')],
      type,
      (bytes: Uint8Array, order: string) => convert(bytes, isLittleEndian(name, order)),
    ),
  ];
}

function isLittleEndian(name: string, order: string): boolean {
  const upper = order.toUpperCase();
  if (upper === 'BIG_ENDIAN' || upper === 'LITTLE_ENDIAN') return upper === 'LITTLE_ENDIAN';
  throw new EvaluationError(
    `${name} does not know the byte order ${shownText(order)}; it takes BIG_ENDIAN and LITTLE_ENDIAN`,
  );
}
