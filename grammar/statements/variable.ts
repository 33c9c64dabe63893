import type { DefineNode, UndefineNode } from '../ast.ts';
import { formatIdentifier, formatString } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `DEFINE name = 'value'` */
export const define: StatementDefinition<DefineNode> = {
  name: 'define',
  kinds: ['define'],

  define($, { keywords, symbols, name, string }) {
    return $.RULE('define', (): DefineNode => {
      const first = $.CONSUME(keywords.DEFINE);
      const variable = $.SUBRULE(name);
      $.CONSUME(symbols.Equal);
      const value = $.SUBRULE(string);
      return { kind: 'define', name: variable, value, location: $.since(first) };
    });
  },

  format: (node) => `DEFINE ${formatIdentifier(node.name.name)} = ${formatString(node.value)}`,
};

/** `UNDEFINE name` */
export const undefine: StatementDefinition<UndefineNode> = {
  name: 'undefine',
  kinds: ['undefine'],

  define($, { keywords, name }) {
    return $.RULE('undefine', (): UndefineNode => {
      const first = $.CONSUME(keywords.UNDEFINE);
      const variable = $.SUBRULE(name);
      return { kind: 'undefine', name: variable, location: $.since(first) };
    });
  },

  format: (node) => `UNDEFINE ${formatIdentifier(node.name.name)}`,
};
