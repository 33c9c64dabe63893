import type { StructType, TypeNode } from '../../grammar/ast.ts';
import { unreachable } from '../base/assert.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type SqlType,
} from '../sql/types.ts';
import { errorAt } from './error-at.ts';

const TYPES_BY_NAME: ReadonlyMap<string, SqlType> = new Map<string, SqlType>([
  ['BOOLEAN', BOOLEAN],
  ['INT', INTEGER],
  ['INTEGER', INTEGER],
  ['BIGINT', BIGINT],
  ['DOUBLE', DOUBLE],
  ['VARCHAR', STRING],
  ['STRING', STRING],
  ['BYTES', BYTES],
  ['TIME', TIME],
  ['DATE', DATE],
  ['TIMESTAMP', TIMESTAMP],
]);

/** Whether a type of that name, upper-cased, is part of the dialect. */
export function isBuiltInType(name: string): boolean {
  return TYPES_BY_NAME.has(name);
}

/**
 * The SQL type a type name stands for.
 * @throws DatabaseError UNKNOWN_TYPE for a name nobody defined; BAD_STATEMENT for an impossible DECIMAL or STRUCT.
 */
export function resolveType(node: TypeNode): SqlType {
  switch (node.kind) {
    case 'namedType': {
      const type = TYPES_BY_NAME.get(node.name);
      if (type !== undefined) return type;
      const hint = didYouMean(node.name, TYPES_BY_NAME.keys());
      throw errorAt('UNKNOWN_TYPE', node, `There is no type ${node.name}.${hint}`);
    }
    case 'decimalType': {
      const { precision, scale } = node;
      if (precision < 1 || scale < 0 || scale > precision) {
        throw errorAt(
          'BAD_STATEMENT',
          node,
          `DECIMAL(${precision}, ${scale}) is impossible: the precision must be at least 1 and the scale between 0 and the precision.`,
        );
      }
      return { kind: 'DECIMAL', precision, scale };
    }
    case 'arrayType':
      return { kind: 'ARRAY', element: resolveType(node.element) };
    case 'mapType':
      return { kind: 'MAP', key: resolveType(node.key), value: resolveType(node.value) };
    case 'structType':
      return resolveStruct(node);
    default:
      return unreachable(node);
  }
}

function resolveStruct(node: StructType): SqlType {
  const names = new Set<string>();
  for (const { name } of node.fields) {
    if (names.has(name.name)) {
      throw errorAt('BAD_STATEMENT', name, `The STRUCT has the field \`${name.name}\` twice.`);
    }
    names.add(name.name);
  }
  return {
    kind: 'STRUCT',
    fields: node.fields.map(({ name, type }) => ({ name: name.name, type: resolveType(type) })),
  };
}
