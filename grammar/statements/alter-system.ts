import type { AlterSystemNode } from '../ast.ts';
import { formatString } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `ALTER SYSTEM 'property' = 'value'` */
export const alterSystem: StatementDefinition<AlterSystemNode> = {
  name: 'alterSystem',
  kinds: ['alterSystem'],

  define($, { keywords, symbols, string }) {
    return $.RULE('alterSystem', (): AlterSystemNode => {
      const first = $.CONSUME(keywords.ALTER);
      $.CONSUME(keywords.SYSTEM);
      const property = $.SUBRULE(string);
      $.CONSUME(symbols.Equal);
      const value = $.SUBRULE1(string);
      return { kind: 'alterSystem', property, value, location: $.since(first) };
    });
  },

  format: (node) => `ALTER SYSTEM ${formatString(node.property)} = ${formatString(node.value)}`,
};
