// Hot path: once per record of a query that emits final results.
import { ByteWriter } from '../base/byte-writer.ts';
import type { FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { Column } from '../sql/schema.ts';
import { BYTES, type Row, type SqlType } from '../sql/types.ts';
import { mapKeyFunction } from './state-codec.ts';
import type { StateKey } from './window-entries.ts';

/** Final results come in the order of their serialized keys, so state is kept under those, and then the key itself. */
export function finalKeyTypes(keys: readonly Column[]): readonly SqlType[] {
  return [BYTES, ...keys.map((column) => column.type)];
}

/** The key state is kept under. */
export function finalStateKey(keys: readonly Column[], keyFormat: FormatSpec): (key: Row) => Row {
  const encode = findFormat(keyFormat.name).createEncoder({ columns: keys, spec: keyFormat });
  const writer = new ByteWriter();
  return (key) => {
    writer.reset();
    encode(key, 0, writer);
    return [writer.copy(), ...key];
  };
}

/** The key and its map key, whose text orders as the state does. */
export function finalKeyFunction(
  keys: readonly Column[],
  keyFormat: FormatSpec,
): (key: Row) => StateKey {
  const stateKey = finalStateKey(keys, keyFormat);
  const mapKey = mapKeyFunction(finalKeyTypes(keys));
  return (key) => {
    const bound = stateKey(key);
    return { key: bound, mapKey: mapKey(bound) };
  };
}

/** The key itself. */
export function keyOfFinal(stateKey: Row): Row {
  return stateKey.slice(1);
}
