import type { AlterSystemNode } from '../../grammar/ast.ts';
import { succeeded } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { checkChangeable } from './server-properties.ts';
import { withOverride } from './session-properties.ts';
import { changed } from './world.ts';

/** ALTER SYSTEM: another default for all sessions, from the next request on and after a restart. */
export const alterSystem: StatementDefinition<AlterSystemNode> = {
  kind: 'alterSystem',
  isDefinition: true,
  prepare({ node, sql }, world, { run }) {
    checkChangeable(node.property);
    const checked = new Map<string, string>();
    withOverride(checked, node.property, node.value);
    const [[property, value] = [node.property, node.value]] = checked;
    return {
      world: changed(world, {
        catalog: world.catalog.withDefault(property, value),
        nextNumber: world.nextNumber + 1,
      }),
      async run() {
        const number = await run(sql, { kind: 'alterSystem', property, value });
        const message = `System property ${node.property} was set to ${node.value}.`;
        return succeeded({ sql, commandId: `cluster/${property}/alter`, message, number });
      },
    };
  },
};
