import type { ColumnDefinition, CreateAsSelectNode, CreateSourceNode } from '../ast.ts';
import { formatColumnDefinition, formatProperties, formatQuery } from '../format-parts.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

type CreateNode = CreateSourceNode | CreateAsSelectNode;

/** `CREATE STREAM|TABLE` with columns or `AS SELECT`: they differ only after the properties. */
export const createSource: StatementDefinition<CreateNode> = {
  name: 'createSource',
  kinds: ['createSource', 'createAsSelect'],

  define($, rules) {
    const { keywords, symbols, name, sourceName, sourceKind, type, string, properties } = rules;

    const columnRole = $.RULE('columnRole', (): Pick<ColumnDefinition, 'role' | 'headerKey'> =>
      $.OR([
        {
          ALT: () => {
            const primary = $.OPTION(() => $.CONSUME(keywords.PRIMARY)) !== undefined;
            $.CONSUME(keywords.KEY);
            return { role: primary ? 'PRIMARY KEY' : 'KEY', headerKey: null } as const;
          },
        },
        {
          ALT: () => {
            $.CONSUME(keywords.HEADERS);
            return { role: 'HEADERS', headerKey: null } as const;
          },
        },
        {
          ALT: () => {
            $.CONSUME(keywords.HEADER);
            $.CONSUME(symbols.LeftParenthesis);
            const headerKey = $.SUBRULE(string);
            $.CONSUME(symbols.RightParenthesis);
            return { role: 'HEADER', headerKey } as const;
          },
        },
      ]),
    );

    const columnDefinition = $.RULE('columnDefinition', (): ColumnDefinition => {
      const first = $.LA(1);
      const columnName = $.SUBRULE(name);
      const columnType = $.SUBRULE(type);
      const marked = $.OPTION(() => $.SUBRULE(columnRole));
      return $.ACTION(() => ({
        kind: 'columnDefinition',
        name: columnName,
        type: columnType,
        role: marked?.role ?? null,
        headerKey: marked?.headerKey ?? null,
        location: $.since(first),
      }));
    });

    return $.RULE('createSource', (): CreateNode => {
      const columns: ColumnDefinition[] = [];
      const first = $.CONSUME(keywords.CREATE);
      const orReplace =
        $.OPTION(() => {
          $.CONSUME(keywords.OR);
          return $.CONSUME(keywords.REPLACE);
        }) !== undefined;
      const readOnly = $.OPTION1(() => $.CONSUME(keywords.SOURCE)) !== undefined;
      const kind = $.SUBRULE(sourceKind);
      const ifNotExists =
        $.OPTION2(() => {
          $.CONSUME(keywords.IF);
          $.CONSUME(keywords.NOT);
          return $.CONSUME(keywords.EXISTS);
        }) !== undefined;
      const source = $.SUBRULE(sourceName);
      $.OPTION3(() => {
        $.CONSUME(symbols.LeftParenthesis);
        $.AT_LEAST_ONE_SEP({
          SEP: symbols.Comma,
          DEF: () => columns.push($.SUBRULE(columnDefinition)),
        });
        $.CONSUME(symbols.RightParenthesis);
      });
      const given = $.OPTION4(() => $.SUBRULE(properties)) ?? [];
      const head = { sourceKind: kind, orReplace, ifNotExists, name: source, properties: given };
      const query = $.OPTION5({
        GATE: () => columns.length === 0 && !readOnly,
        DEF: () => {
          $.CONSUME(keywords.AS);
          return $.SUBRULE(rules.query);
        },
      });
      return $.ACTION(() => {
        const location = $.since(first);
        if (query !== undefined) return { kind: 'createAsSelect', ...head, query, location };
        return { kind: 'createSource', ...head, readOnly, columns, location };
      });
    });
  },

  format(node) {
    const clauses = [
      node.orReplace ? 'CREATE OR REPLACE' : 'CREATE',
      ...(node.kind === 'createSource' && node.readOnly ? ['SOURCE'] : []),
      node.sourceKind,
      ...(node.ifNotExists ? ['IF NOT EXISTS'] : []),
      formatIdentifier(node.name.name),
    ];
    if (node.kind === 'createSource' && node.columns.length > 0) {
      clauses.push(`(${node.columns.map(formatColumnDefinition).join(', ')})`);
    }
    if (node.properties.length > 0) clauses.push(formatProperties(node.properties));
    if (node.kind === 'createAsSelect') clauses.push('AS', formatQuery(node.query));
    return clauses.join(' ');
  },
};
