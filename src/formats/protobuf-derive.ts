import { unreachable } from '../base/assert.ts';
import type { Column } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';
import type { FormatSpec } from './format.ts';

/** In front of the number of a message that nobody named. */
const DEFAULT_NAME = 'ConnectDefault';

/** The Protobuf schema of columns (section 7.6 of the dialect), as text. */
export function deriveProtobufSchema(columns: readonly Column[], spec: FormatSpec): string {
  const deriver = new ProtobufDeriver(spec.nullable);
  const fullName = spec.fullName ?? deriver.nextName();
  const dot = fullName.lastIndexOf('.');
  const [single] = columns;
  const isStruct =
    spec.unwrapped === true && columns.length === 1 && single?.type.kind === 'STRUCT';
  const fields = isStruct ? single.type.fields : columns;
  const message = deriver.message(fullName.slice(dot + 1), fields, '');
  const imports = [...deriver.imports].map((name) => `import "${name}";\n`);
  return [
    'syntax = "proto3";\n',
    ...(dot < 0 ? [] : [`package ${fullName.slice(0, dot)};\n`]),
    '\n',
    ...imports,
    ...(imports.length > 0 ? ['\n'] : []),
    message,
  ].join('');
}

type Fields = readonly Pick<Column, 'name' | 'type'>[];

/** How a field is declared, and the message it needs, if it needs one of its own. */
interface Declaration {
  readonly label: '' | 'optional ' | 'repeated ';
  readonly type: string;
  readonly options: readonly string[];
  readonly message: string | null;
}

class ProtobufDeriver {
  readonly imports = new Set<string>();
  readonly #nullable: FormatSpec['nullable'];
  #count = 0;

  constructor(nullable: FormatSpec['nullable']) {
    this.#nullable = nullable;
  }

  nextName(): string {
    return `${DEFAULT_NAME}${++this.#count}`;
  }

  message(name: string, fields: Fields, indent: string): string {
    const inner = `${indent}  `;
    const lines: string[] = [];
    const nested: string[] = [];
    fields.forEach(({ name: field, type }, index) => {
      const { label, type: declared, options, message } = this.#declare(type, inner);
      const end = options.length === 0 ? ';' : ` ${indented(options, inner)};`;
      lines.push(`${inner}${label}${declared} ${field} = ${index + 1}${end}\n`);
      if (message !== null) nested.push(`\n${message}`);
    });
    return `${indent}message ${name} {\n${lines.join('')}${nested.join('')}${indent}}\n`;
  }

  #declare(type: SqlType, indent: string): Declaration {
    switch (type.kind) {
      case 'ARRAY': {
        const { type: element, options, message } = this.#element(type.element, indent);
        return { label: 'repeated ', type: element, options, message };
      }
      case 'MAP': {
        const name = `${this.nextName()}Entry`;
        const entry = [
          { name: 'key', type: type.key },
          { name: 'value', type: type.value },
        ];
        const message = this.message(name, entry, indent);
        return { label: 'repeated ', type: name, options: [], message };
      }
      case 'STRUCT': {
        const name = this.nextName();
        const message = this.message(name, type.fields, indent);
        return { label: '', type: name, options: [], message };
      }
      case 'DECIMAL':
        return {
          ...this.#imported('confluent/type/decimal.proto', 'confluent.type.Decimal'),
          options: decimalOptions(type),
        };
      case 'DATE':
        return this.#imported('google/type/date.proto', 'google.type.Date');
      case 'TIME':
        return this.#imported('google/type/timeofday.proto', 'google.type.TimeOfDay');
      case 'TIMESTAMP':
        return this.#imported('google/protobuf/timestamp.proto', 'google.protobuf.Timestamp');
      default:
        return this.#scalar(type.kind);
    }
  }

  /** Elements of arrays cannot be null, so they are bare. */
  #element(type: SqlType, indent: string): Declaration {
    const declared = this.#declare(type, indent);
    const name = SCALARS[type.kind];
    return name === undefined ? declared : { ...declared, type: name };
  }

  #scalar(kind: Exclude<SqlType['kind'], CompositeKind>): Declaration {
    const type = SCALARS[kind];
    const plain = { options: [], message: null };
    switch (this.#nullable) {
      case undefined:
        return { ...plain, label: '', type };
      case 'OPTIONAL':
        return { ...plain, label: 'optional ', type };
      case 'WRAPPER':
        return this.#imported(
          'google/protobuf/wrappers.proto',
          `google.protobuf.${WRAPPERS[kind]}`,
        );
      default:
        return unreachable(this.#nullable);
    }
  }

  #imported(file: string, type: string): Declaration {
    this.imports.add(file);
    return { label: '', type, options: [], message: null };
  }
}

type CompositeKind = 'ARRAY' | 'MAP' | 'STRUCT' | 'DECIMAL' | 'DATE' | 'TIME' | 'TIMESTAMP';

const SCALARS: { readonly [K in Exclude<SqlType['kind'], CompositeKind>]: string } & {
  readonly [K in CompositeKind]?: undefined;
} = {
  BOOLEAN: 'bool',
  INTEGER: 'int32',
  BIGINT: 'int64',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
};

const WRAPPERS: { readonly [K in Exclude<SqlType['kind'], CompositeKind>]: string } = {
  BOOLEAN: 'BoolValue',
  INTEGER: 'Int32Value',
  BIGINT: 'Int64Value',
  DOUBLE: 'DoubleValue',
  STRING: 'StringValue',
  BYTES: 'BytesValue',
};

function decimalOptions({ precision, scale }: { precision: number; scale: number }): string[] {
  return [
    '[(confluent.field_meta) = {',
    '  params: [',
    ...parameter('precision', precision, ','),
    ...parameter('scale', scale, ''),
    '  ]',
    '}]',
  ];
}

function parameter(key: string, value: number, end: string): string[] {
  return ['    {', `      value: "${value}",`, `      key: "${key}"`, `    }${end}`];
}

function indented(lines: readonly string[], indent: string): string {
  return lines.map((line, index) => (index === 0 ? line : `${indent}${line}`)).join('\n');
}
