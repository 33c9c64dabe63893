import type { CreateTypeNode, DropTypeNode } from '../ast.ts';
import { formatType } from '../format-expression.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `CREATE TYPE [IF NOT EXISTS] name AS type`; names of types are upper-cased, quoted or not. */
export const createType: StatementDefinition<CreateTypeNode> = {
  name: 'createType',
  kinds: ['createType'],

  define($, { keywords, name, type }) {
    return $.RULE('createType', (): CreateTypeNode => {
      const first = $.CONSUME(keywords.CREATE);
      $.CONSUME(keywords.TYPE);
      const ifNotExists =
        $.OPTION({
          // IF is a name as well; a type of that name is followed by AS.
          GATE: () => $.LA(2).tokenType === keywords.NOT,
          DEF: () => {
            $.CONSUME(keywords.IF);
            $.CONSUME(keywords.NOT);
            return $.CONSUME(keywords.EXISTS);
          },
        }) !== undefined;
      const typeName = $.SUBRULE(name);
      $.CONSUME(keywords.AS);
      const defined = $.SUBRULE(type);
      return $.ACTION(() => ({
        kind: 'createType',
        ifNotExists,
        name: { ...typeName, name: typeName.name.toUpperCase() },
        type: defined,
        location: $.since(first),
      }));
    });
  },

  format({ ifNotExists, name, type }) {
    const condition = ifNotExists ? ' IF NOT EXISTS' : '';
    return `CREATE TYPE${condition} ${formatIdentifier(name.name)} AS ${formatType(type)}`;
  },
};

/** `DROP TYPE [IF EXISTS] name` */
export const dropType: StatementDefinition<DropTypeNode> = {
  name: 'dropType',
  kinds: ['dropType'],

  define($, { keywords, name }) {
    return $.RULE('dropType', (): DropTypeNode => {
      const first = $.CONSUME(keywords.DROP);
      $.CONSUME(keywords.TYPE);
      const ifExists =
        $.OPTION({
          GATE: () => $.LA(2).tokenType === keywords.EXISTS,
          DEF: () => {
            $.CONSUME(keywords.IF);
            return $.CONSUME(keywords.EXISTS);
          },
        }) !== undefined;
      const typeName = $.SUBRULE(name);
      return $.ACTION(() => ({
        kind: 'dropType',
        ifExists,
        name: { ...typeName, name: typeName.name.toUpperCase() },
        location: $.since(first),
      }));
    });
  },

  format({ ifExists, name }) {
    return `DROP TYPE${ifExists ? ' IF EXISTS' : ''} ${formatIdentifier(name.name)}`;
  },
};
