// Hot path: once per row of a result.
import { unreachable } from '../base/assert.ts';
import { formatDecimal } from '../sql/decimal.ts';
import { formatDouble } from '../sql/double-text.ts';
import { formatDate, formatTime, formatTimestamp } from '../sql/time-text.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import { formatBase64 } from './base64.ts';
import { quoteJson } from './json-text.ts';

type FormatValue = (value: Exclude<Value, null>) => string;

/**
 * Compiles what prints a row as the JSON array that query responses carry (section 9.5 of the dialect): DOUBLE with a fraction
 * or exponent (NaN and infinities as text), DECIMAL with all digits of its scale, BYTES as base64, times as text, STRUCT and MAP
 * as objects. Integers and decimals keep every digit, so the text is not for JSON.parse where those matter.
 */
export function compileResultRow(types: readonly SqlType[]): (row: Row) => string {
  const formats = types.map(valueFormatter);
  return (row) => {
    let text = '[';
    for (let i = 0; i < formats.length; i++) {
      if (i > 0) text += ',';
      text += formatNullable(row[i]!, formats[i]!);
    }
    return `${text}]`;
  };
}

function formatNullable(value: Value, format: FormatValue): string {
  return value === null ? 'null' : format(value);
}

function valueFormatter(type: SqlType): FormatValue {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
      return String;
    case 'DOUBLE':
      return (value) => {
        const text = formatDouble(value as number);
        return Number.isFinite(value) ? text : `"${text}"`;
      };
    case 'DECIMAL': {
      const { scale } = type;
      return (value) => formatDecimal(value as number | bigint, scale);
    }
    case 'STRING':
      return (value) => quoteJson(value as string);
    case 'BYTES':
      return (value) => `"${formatBase64(value as Uint8Array)}"`;
    case 'TIME':
      return (value) => `"${formatTime(value as number)}"`;
    case 'DATE':
      return (value) => `"${formatDate(value as number)}"`;
    case 'TIMESTAMP':
      return (value) => `"${formatTimestamp(value as number)}"`;
    case 'ARRAY': {
      const format = valueFormatter(type.element);
      return (value) => {
        const elements = (value as Value[]).map((element) => formatNullable(element, format));
        return `[${elements.join(',')}]`;
      };
    }
    case 'MAP': {
      const keyText = keyFormatter(type.key);
      const format = valueFormatter(type.value);
      return (value) => {
        const entries = Array.from(
          value as Map<Value, Value>,
          ([key, element]) => `${quoteJson(keyText(key))}:${formatNullable(element, format)}`,
        );
        return `{${entries.join(',')}}`;
      };
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => ({
        prefix: `${JSON.stringify(field.name)}:`,
        format: valueFormatter(field.type),
      }));
      return (value) => {
        const members = fields.map(
          ({ prefix, format }, i) => prefix + formatNullable((value as Value[])[i]!, format),
        );
        return `{${members.join(',')}}`;
      };
    }
    default:
      return unreachable(type);
  }
}

/** Keys of an object are texts: those of other types are the JSON of the key, without quotes around it. */
function keyFormatter(type: SqlType): (key: Value) => string {
  if (type.kind === 'STRING') return (key) => (key === null ? 'null' : (key as string));
  const format = valueFormatter(type);
  return (key) => {
    const text = formatNullable(key, format);
    return text.startsWith('"') ? (JSON.parse(text) as string) : text;
  };
}
