import type {
  DescribeFunctionEntity,
  FunctionNamesEntity,
  TypeListEntity,
  VariablesEntity,
} from '../src/api/entities.ts';
import { formatSchema } from './schema-text.ts';
import { formatTable } from './table.ts';
import { safeLine, safeLines } from './text.ts';

interface Options {
  readonly width?: number;
}

/** SHOW FUNCTIONS: by category, a blank row between them. */
export function renderFunctions({ functions }: FunctionNamesEntity, options: Options): string {
  const sorted = functions.toSorted(
    (a, b) => order(a.category, b.category) || order(a.name, b.name),
  );
  const rows = sorted.flatMap(({ name, category }, index) => {
    const isNew = index > 0 && sorted[index - 1]?.category !== category;
    return isNew
      ? [
          ['', ''],
          [name, category],
        ]
      : [[name, category]];
  });
  const table = formatTable({ headings: ['Function Name', 'Category'], rows, ...options });
  return `${table}More about a function: DESCRIBE FUNCTION <Name>;\n`;
}

/** DESCRIBE FUNCTION: what it does, then each way to call it. */
export function renderFunction(entity: DescribeFunctionEntity): string {
  const { name, type, description, functions } = entity;
  const calls = functions.map(({ arguments: parameters, argumentTypes, returnType }) => {
    const list = parameters.map((parameter, index) =>
      `${argumentTypes[index] ?? parameter.type} ${parameter.name}`.trim(),
    );
    return `  ${safeLine(`${name}(${list.join(', ')}) -> ${returnType}`)}\n`;
  });
  return [
    `${'Name'.padEnd(20)} : ${safeLine(name)}\n`,
    `${'Type'.padEnd(20)} : ${safeLine(type)}\n`,
    `\n${safeLines(description)}\n\nVariations\n`,
    ...calls,
  ].join('');
}

/** SHOW TYPES. */
export function renderTypes({ types }: TypeListEntity, options: Options): string {
  const rows = Object.entries(types).map(([name, schema]) => [name, formatSchema(schema)]);
  return formatTable({ headings: ['Type Name', 'Schema'], rows, ...options });
}

/** SHOW VARIABLES. */
export function renderVariables({ variables }: VariablesEntity, options: Options): string {
  const rows = variables.map(({ name, value }) => [name, value]);
  return formatTable({ headings: ['Variable Name', 'Value'], rows, ...options });
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
