import type { DefineNode, UndefineNode } from '../../grammar/ast.ts';
import { nothingToDo } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { withoutVariable, withVariable } from './variables.ts';

/** DEFINE: a variable for the statements that follow in the same request. */
export const define: StatementDefinition<DefineNode> = {
  kind: 'define',
  isDefinition: false,
  prepare({ node, variables }, world) {
    const next = withVariable(variables, node.name.name, node.value);
    return { world, variables: next, run: async () => null };
  },
};

/** UNDEFINE: the variable is unknown again. */
export const undefine: StatementDefinition<UndefineNode> = {
  kind: 'undefine',
  isDefinition: false,
  prepare({ node, sql, variables }, world) {
    const name = node.name.name.toLowerCase();
    if (!variables.has(name)) {
      const message = `Cannot undefine variable '${name}' which was never defined.`;
      return { world, run: async () => nothingToDo(sql, message) };
    }
    return { world, variables: withoutVariable(variables, name), run: async () => null };
  },
};
