// Hot path: once per element of arrays that are searched or made distinct.
import type { SqlType, Value } from './types.ts';

/** Gives two values the same answer, to a Set or `includes`, exactly when they are the same value; null is null. */
export type Identity = (value: Value) => Value;

/** The identity of a type's values: themselves, or a text for those that JavaScript compares by reference. */
export function identityOf(type: SqlType): Identity {
  switch (type.kind) {
    case 'BYTES':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT': {
      const text = textOf(type);
      return (value) => (value === null ? null : text(value));
    }
    default:
      return (value) => value;
  }
}

/** A text no other value of the type has; strings are quoted, so that no two collections look alike. */
function textOf(type: SqlType): (value: Value) => string {
  switch (type.kind) {
    case 'ARRAY': {
      const element = textOf(type.element);
      return orNull((value) => `[${(value as Value[]).map(element).join(',')}]`);
    }
    case 'MAP': {
      const key = textOf(type.key);
      const member = textOf(type.value);
      return orNull((value) => {
        const entries = Array.from(
          value as Map<Value, Value>,
          ([k, v]) => `${key(k)}:${member(v)}`,
        );
        return `{${entries.sort().join(',')}}`;
      });
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => textOf(field.type));
      return orNull(
        (value) => `(${(value as Value[]).map((v, index) => fields[index]!(v)).join(',')})`,
      );
    }
    case 'BYTES':
      return orNull((value) => Buffer.from(value as Uint8Array).toString('base64'));
    case 'STRING':
      return orNull((value) => JSON.stringify(value));
    default:
      return String;
  }
}

function orNull(text: (value: Value) => string): (value: Value) => string {
  return (value) => (value === null ? 'null' : text(value));
}
