import type { Identifier, PauseNode } from '../ast.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `PAUSE|RESUME query-id|ALL` */
export const pause: StatementDefinition<PauseNode> = {
  name: 'pause',
  kinds: ['pause'],

  define($, { keywords, name }) {
    return $.RULE('pause', (): PauseNode => {
      const first = $.LA(1);
      const action = $.OR([
        { ALT: () => ($.CONSUME(keywords.PAUSE), 'PAUSE' as const) },
        { ALT: () => ($.CONSUME(keywords.RESUME), 'RESUME' as const) },
      ]);
      const queryId = $.OR1([
        { ALT: (): Identifier | null => ($.CONSUME(keywords.ALL), null) },
        { ALT: () => $.SUBRULE(name) },
      ]);
      return { kind: 'pause', action, queryId, location: $.since(first) };
    });
  },

  format({ action, queryId }) {
    return `${action} ${queryId === null ? 'ALL' : formatIdentifier(queryId.name)}`;
  },
};
