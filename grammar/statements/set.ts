import type { SetNode, UnsetNode } from '../ast.ts';
import { formatString } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `SET 'property' = 'value'` */
export const set: StatementDefinition<SetNode> = {
  name: 'set',
  kinds: ['set'],

  define($, { keywords, symbols, string }) {
    return $.RULE('set', (): SetNode => {
      const first = $.CONSUME(keywords.SET);
      const property = $.SUBRULE(string);
      $.CONSUME(symbols.Equal);
      const value = $.SUBRULE1(string);
      return { kind: 'set', property, value, location: $.since(first) };
    });
  },

  format: (node) => `SET ${formatString(node.property)} = ${formatString(node.value)}`,
};

/** `UNSET 'property'` */
export const unset: StatementDefinition<UnsetNode> = {
  name: 'unset',
  kinds: ['unset'],

  define($, { keywords, string }) {
    return $.RULE('unset', (): UnsetNode => {
      const first = $.CONSUME(keywords.UNSET);
      const property = $.SUBRULE(string);
      return { kind: 'unset', property, location: $.since(first) };
    });
  },

  format: (node) => `UNSET ${formatString(node.property)}`,
};
