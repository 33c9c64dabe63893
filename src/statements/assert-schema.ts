import type { AssertSchemaNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import { awaitAssertion, timeoutOf } from './await-assertion.ts';
import type { StatementDefinition } from './executor.ts';

/** ASSERT SCHEMA: waits until a subject, an id, or an id under a subject is in the registry, or is not. */
export const assertSchema: StatementDefinition<AssertSchemaNode> = {
  kind: 'assertSchema',
  isDefinition: false,
  prepare({ node, sql }, world, { registry, clock }) {
    const timeoutMs = timeoutOf(node.timeout);
    const { subject, id, exists } = node;
    if (subject === null && id === null) {
      throw errorAt('BAD_STATEMENT', node, 'ASSERT SCHEMA needs a SUBJECT, an ID, or both.');
    }
    return {
      world,
      async run() {
        await awaitAssertion({
          node,
          timeoutMs,
          clock,
          failure: async () => {
            if ((await isRegistered(node, registry)) === exists) return null;
            return `Schema${described(node)} ${exists ? 'does not exist' : 'exists'}`;
          },
        });
        return {
          '@type': 'assert_schema',
          statementText: sql,
          subject,
          id,
          exists,
          warnings: [],
        };
      },
    };
  },
};

async function isRegistered(
  { subject, id }: AssertSchemaNode,
  registry: SchemaRegistry,
): Promise<boolean> {
  if (subject === null) return id !== null && (await registry.byId(id)) !== null;
  const latest = await registry.latest(subject);
  if (latest === null || id === null) return latest !== null;
  for (let version = latest.version; version > 0; version--) {
    if ((await registry.version(subject, version))?.id === id) return true;
  }
  return false;
}

function described({ subject, id }: AssertSchemaNode): string {
  const name = subject === null ? '' : ` with subject name ${subject}`;
  return id === null ? name : `${name}${subject === null ? ' with' : ''} id ${id}`;
}
