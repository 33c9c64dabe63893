import type { SetNode, UnsetNode } from '../../grammar/ast.ts';
import type { StatementDefinition } from './executor.ts';
import { checkNotDenied, withoutOverride, withOverride } from './session-properties.ts';

/** SET: a session property for the statements that follow in the same request. */
export const setProperty: StatementDefinition<SetNode> = {
  kind: 'set',
  isDefinition: false,
  prepare({ node, overrides }, world, { denied }) {
    checkNotDenied([node.property], denied);
    const next = new Map(overrides);
    withOverride(next, node.property, node.value);
    return { world, overrides: next, run: async () => null };
  },
};

/** UNSET: back to the default. */
export const unsetProperty: StatementDefinition<UnsetNode> = {
  kind: 'unset',
  isDefinition: false,
  prepare({ node, overrides }, world) {
    const next = new Map(overrides);
    withoutOverride(next, node.property, world.catalog.defaults);
    return { world, overrides: next, run: async () => null };
  },
};
