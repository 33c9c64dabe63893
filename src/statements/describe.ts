import type { DescribeNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import { describeSource } from './describe-source.ts';
import type { StatementDefinition } from './executor.ts';

/** DESCRIBE of one stream or table, or of all STREAMS or TABLES. */
export const describe: StatementDefinition<DescribeNode> = {
  kind: 'describe',
  isDefinition: false,
  prepare({ node, sql }, world, services) {
    const { extended } = node;
    if (node.source === null) {
      const kind = node.subject === 'STREAMS' ? 'STREAM' : 'TABLE';
      const sourceDescriptions = world.catalog.sources
        .filter((source) => source.kind === kind)
        .map((source) => describeSource(source, { world, services, extended }));
      return {
        world,
        run: async () => ({
          '@type': 'source_descriptions',
          statementText: sql,
          sourceDescriptions,
          warnings: [],
        }),
      };
    }
    const { name } = node.source;
    const source = world.catalog.source(name);
    if (source === null) {
      throw errorAt(
        'UNKNOWN_SOURCE',
        node.source,
        `Could not find STREAM/TABLE '${name}' in the Metastore: it does not exist.${world.catalog.nearest(name)}`,
      );
    }
    return {
      world,
      run: async () => ({
        '@type': 'sourceDescription',
        statementText: sql,
        sourceDescription: describeSource(source, { world, services, extended }),
        warnings: [],
      }),
    };
  },
};
