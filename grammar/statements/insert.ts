import type { ExpressionNode, Identifier, InsertSelectNode, InsertValuesNode } from '../ast.ts';
import { formatOperand } from '../format-expression.ts';
import { formatProperties, formatQuery } from '../format-parts.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

type InsertNode = InsertValuesNode | InsertSelectNode;

/** `INSERT INTO target [(columns)] VALUES (...)` and `INSERT INTO target [WITH (...)] SELECT ...`. */
export const insert: StatementDefinition<InsertNode> = {
  name: 'insert',
  kinds: ['insertValues', 'insertSelect'],

  define($, rules) {
    const { keywords, symbols, name, sourceName, value, properties, query } = rules;

    type ColumnsAndValues = Pick<InsertValuesNode, 'columns' | 'values'>;

    const columnsAndValues = $.RULE('columnsAndValues', (): ColumnsAndValues => {
      const list: ExpressionNode[] = [];
      const columns =
        $.OPTION(() => {
          const names: Identifier[] = [];
          $.CONSUME(symbols.LeftParenthesis);
          $.AT_LEAST_ONE_SEP({ SEP: symbols.Comma, DEF: () => names.push($.SUBRULE(name)) });
          $.CONSUME(symbols.RightParenthesis);
          return names;
        }) ?? null;
      $.CONSUME(keywords.VALUES);
      $.CONSUME1(symbols.LeftParenthesis);
      $.MANY_SEP({ SEP: symbols.Comma, DEF: () => list.push($.SUBRULE(value)) });
      $.CONSUME1(symbols.RightParenthesis);
      return { columns, values: list };
    });

    return $.RULE('insert', (): InsertNode => {
      const first = $.CONSUME(keywords.INSERT);
      $.CONSUME(keywords.INTO);
      const target = $.SUBRULE(sourceName);
      return $.OR([
        {
          ALT: (): InsertNode => {
            const given = $.SUBRULE(columnsAndValues);
            return { kind: 'insertValues', target, ...given, location: $.since(first) };
          },
        },
        {
          ALT: (): InsertNode => {
            const given = $.OPTION(() => $.SUBRULE(properties)) ?? [];
            const selected = $.SUBRULE(query);
            return {
              kind: 'insertSelect',
              target,
              properties: given,
              query: selected,
              location: $.since(first),
            };
          },
        },
      ]);
    });
  },

  format(node) {
    const clauses = ['INSERT INTO', formatIdentifier(node.target.name)];
    if (node.kind === 'insertValues') {
      if (node.columns !== null) {
        clauses.push(`(${node.columns.map(({ name }) => formatIdentifier(name)).join(', ')})`);
      }
      clauses.push(`VALUES (${node.values.map(formatOperand).join(', ')})`);
    } else {
      if (node.properties.length > 0) clauses.push(formatProperties(node.properties));
      clauses.push(formatQuery(node.query));
    }
    return clauses.join(' ');
  },
};
