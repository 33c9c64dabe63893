import type { QueryStatementNode } from '../ast.ts';
import { formatQuery } from '../format-parts.ts';
import type { StatementDefinition } from '../rules.ts';

/** A pull query, or with EMIT a push query. */
export const select: StatementDefinition<QueryStatementNode> = {
  name: 'select',
  kinds: ['select'],

  define($, { query }) {
    return $.RULE('select', (): QueryStatementNode => {
      const first = $.LA(1);
      const selected = $.SUBRULE(query);
      return { kind: 'select', query: selected, location: $.since(first) };
    });
  },

  format: (node) => formatQuery(node.query),
};
