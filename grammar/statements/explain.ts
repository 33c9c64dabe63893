import type { ExplainNode } from '../ast.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `EXPLAIN statement` or `EXPLAIN query-id` */
export const explain: StatementDefinition<ExplainNode> = {
  name: 'explain',
  kinds: ['explain'],

  define($, rules) {
    const { keywords, symbols, values, name } = rules;

    /** Statements start with words that may be names too, so a name is a query id only if nothing follows. */
    const isLastToken = () => {
      const { tokenType } = $.LA(2);
      return tokenType === symbols.Semicolon || tokenType === values.EndOfText;
    };
    type Explained = Pick<ExplainNode, 'statement' | 'queryId'>;

    return $.RULE('explain', (): ExplainNode => {
      const first = $.CONSUME(keywords.EXPLAIN);
      $.enter(first);
      const explained = $.OR([
        {
          GATE: isLastToken,
          ALT: (): Explained => ({ statement: null, queryId: $.SUBRULE(name) }),
        },
        { ALT: (): Explained => ({ statement: $.SUBRULE(rules.statement), queryId: null }) },
      ]);
      $.leave();
      return { kind: 'explain', ...explained, location: $.since(first) };
    });
  },

  format(node, formatInner) {
    if (node.statement !== null) return `EXPLAIN ${formatInner(node.statement)}`;
    return `EXPLAIN ${formatIdentifier(node.queryId?.name ?? '')}`;
  },
};
