import type { Identifier, TerminateNode } from '../ast.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `TERMINATE query-id|ALL` */
export const terminate: StatementDefinition<TerminateNode> = {
  name: 'terminate',
  kinds: ['terminate'],

  define($, { keywords, name }) {
    return $.RULE('terminate', (): TerminateNode => {
      const first = $.CONSUME(keywords.TERMINATE);
      const queryId = $.OR([
        { ALT: (): Identifier | null => ($.CONSUME(keywords.ALL), null) },
        { ALT: () => $.SUBRULE(name) },
      ]);
      return { kind: 'terminate', queryId, location: $.since(first) };
    });
  },

  format(node) {
    return `TERMINATE ${node.queryId === null ? 'ALL' : formatIdentifier(node.queryId.name)}`;
  },
};
