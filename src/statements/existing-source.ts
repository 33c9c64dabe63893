import type { Identifier } from '../../grammar/ast.ts';
import { notReplaceable } from '../analyze/create-source.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Source } from '../catalog/source.ts';
import type { World } from './world.ts';

/** What CREATE finds under its name. */
export type Existing =
  | { readonly kind: 'free' }
  /** IF NOT EXISTS, and it does. */
  | { readonly kind: 'keep'; readonly message: string }
  | { readonly kind: 'replace'; readonly source: Source };

/**
 * Whether a source may be created under a name.
 * @throws DatabaseError ALREADY_EXISTS; BAD_STATEMENT for the replacement of a read-only source.
 */
export function existingSource(
  node: {
    readonly name: Identifier;
    readonly sourceKind: 'STREAM' | 'TABLE';
    readonly orReplace: boolean;
    readonly ifNotExists: boolean;
  },
  world: World,
): Existing {
  const { name } = node.name;
  const source = world.catalog.source(name);
  if (source === null) return { kind: 'free' };
  const what = source.kind.toLowerCase();
  const message = `Cannot add ${node.sourceKind.toLowerCase()} \`${name}\`: A ${what} with the same name already exists.`;
  if (node.ifNotExists) return { kind: 'keep', message };
  if (node.orReplace && source.readOnly === true) throw notReplaceable(node);
  if (node.orReplace) return { kind: 'replace', source };
  if (world.catalog.isBuiltIn(name)) {
    throw errorAt(
      'ALREADY_EXISTS',
      node.name,
      `${message} It is part of the database: choose another name.`,
    );
  }
  const way = ` DROP ${source.kind} ${name} first, or use CREATE OR REPLACE to change it.`;
  throw errorAt('ALREADY_EXISTS', node.name, message + way);
}
