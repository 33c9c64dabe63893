import type { CreateTypeNode, DropTypeNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { errorAt } from '../analyze/error-at.ts';
import { isBuiltInType, resolveType } from '../analyze/types.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import { formatType } from '../sql/types.ts';
import { nothingToDo, succeeded } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { changed } from './world.ts';

/** CREATE TYPE: a name for a type. Statements replace it by the type when they run, so later ones do not depend on it. */
export const createType: StatementDefinition<CreateTypeNode> = {
  kind: 'createType',
  isDefinition: true,
  prepare({ node, sql }, world, { run }) {
    const { name } = node.name;
    const type = resolveType(node.type);
    if (isBuiltInType(name)) {
      throw errorAt(
        'ALREADY_EXISTS',
        node.name,
        `${name} is a built-in type and cannot be defined anew. Choose another name.`,
      );
    }
    const existing = world.catalog.types.get(name);
    if (existing !== undefined) {
      const text = formatType(existing);
      if (node.ifNotExists) {
        const message = `${name} is already registered with type ${text}`;
        return { world, run: async () => nothingToDo(sql, message) };
      }
      throw errorAt(
        'ALREADY_EXISTS',
        node.name,
        `Cannot register custom type '${name}' since it is already registered with type: ${text}. DROP TYPE ${name} first.`,
      );
    }
    const catalog = world.catalog.withType(name, type);
    return {
      world: changed(world, { catalog, nextNumber: world.nextNumber + 1 }),
      async run() {
        const number = await run(sql, { kind: 'createType', name, type });
        return succeeded({
          sql: formatStatement(node),
          commandId: `type/${name}/create`,
          message: `Registered custom type with name '${name}' and SQL type ${formatType(type)}`,
          number,
        });
      },
    };
  },
};

/** DROP TYPE: the name goes; sources and queries made with it keep what it stood for. */
export const dropType: StatementDefinition<DropTypeNode> = {
  kind: 'dropType',
  isDefinition: true,
  prepare({ node, sql }, world, { run }) {
    const { name } = node.name;
    const { types } = world.catalog;
    if (!types.has(name)) {
      if (node.ifExists) {
        return { world, run: async () => nothingToDo(sql, `Type '${name}' does not exist`) };
      }
      const hint = didYouMean(name, types.keys());
      throw errorAt('UNKNOWN_TYPE', node.name, `Type ${name} does not exist.${hint}`);
    }
    const catalog = world.catalog.withoutType(name);
    return {
      world: changed(world, { catalog, nextNumber: world.nextNumber + 1 }),
      async run() {
        const number = await run(sql, { kind: 'dropType', name });
        const commandId = `type/${name}/drop`;
        return succeeded({ sql, commandId, message: `Dropped type '${name}'`, number });
      },
    };
  },
};
