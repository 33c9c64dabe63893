import type { Identifier, Location, TypeNode } from '../../grammar/ast.ts';
import type { SqlType } from '../sql/types.ts';

/**
 * The tree with every user-defined type in it replaced by what it stands for, so that what is analyzed, printed and
 * stored does not depend on the definition any more. Names nobody defined stay, to be refused where they are resolved.
 */
export function expandTypes<Tree extends object>(
  tree: Tree,
  types: ReadonlyMap<string, SqlType>,
): Tree {
  if (types.size === 0) return tree;
  const root = { tree };
  // Each is a copy whose members are still those of the original; a tree of any depth costs no stack.
  const pending: Record<string, unknown>[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const [name, child] of Object.entries(node)) {
      if (typeof child !== 'object' || child === null) continue;
      const type = definitionOf(child as { kind?: unknown }, types);
      if (type !== undefined) {
        node[name] = typeNodeOf(type, (child as TypeNode).location);
        continue;
      }
      const copy = Array.isArray(child) ? [...child] : { ...child };
      node[name] = copy;
      pending.push(copy as Record<string, unknown>);
    }
  }
  return root.tree;
}

function definitionOf(
  node: { readonly kind?: unknown },
  types: ReadonlyMap<string, SqlType>,
): SqlType | undefined {
  return node.kind === 'namedType'
    ? types.get((node as { name: string } & object).name)
    : undefined;
}

/** A type as it would be written at a place of the text. */
function typeNodeOf(type: SqlType, location: Location): TypeNode {
  switch (type.kind) {
    case 'DECIMAL':
      return { kind: 'decimalType', precision: type.precision, scale: type.scale, location };
    case 'ARRAY':
      return { kind: 'arrayType', element: typeNodeOf(type.element, location), location };
    case 'MAP': {
      const key = typeNodeOf(type.key, location);
      return { kind: 'mapType', key, value: typeNodeOf(type.value, location), location };
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => {
        const name: Identifier = { kind: 'identifier', name: field.name, location };
        return { name, type: typeNodeOf(field.type, location) };
      });
      return { kind: 'structType', fields, location };
    }
    default:
      return { kind: 'namedType', name: type.kind, location };
  }
}
