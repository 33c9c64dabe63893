import type { AlterSourceNode } from '../ast.ts';
import { formatType } from '../format-expression.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

type AddedColumn = AlterSourceNode['columns'][number];

/** `ALTER STREAM|TABLE name ADD [COLUMN] column type, ...` */
export const alterSource: StatementDefinition<AlterSourceNode> = {
  name: 'alterSource',
  kinds: ['alterSource'],

  define($, { keywords, symbols, categories, sourceKind, sourceName, name, type }) {
    const isName = (distance: number) =>
      $.LA(distance).tokenType.CATEGORIES?.includes(categories.Name) === true;

    const addedColumn = $.RULE('addedColumn', (): AddedColumn => {
      $.CONSUME(keywords.ADD);
      $.OPTION({
        // COLUMN is a name as well: then the type follows, and not another name and its type.
        GATE: () => isName(2) && (isName(3) || $.LA(3).tokenType === keywords.DECIMAL),
        DEF: () => $.CONSUME(keywords.COLUMN),
      });
      const columnName = $.SUBRULE(name);
      const columnType = $.SUBRULE(type);
      return { name: columnName, type: columnType };
    });

    return $.RULE('alterSource', (): AlterSourceNode => {
      const columns: AddedColumn[] = [];
      const first = $.CONSUME(keywords.ALTER);
      const kind = $.SUBRULE(sourceKind);
      const source = $.SUBRULE(sourceName);
      $.AT_LEAST_ONE_SEP({
        SEP: symbols.Comma,
        DEF: () => columns.push($.SUBRULE(addedColumn)),
      });
      const location = $.since(first);
      return { kind: 'alterSource', sourceKind: kind, name: source, columns, location };
    });
  },

  format({ sourceKind, name, columns }) {
    const added = columns.map((column) => {
      return `ADD COLUMN ${formatIdentifier(column.name.name)} ${formatType(column.type)}`;
    });
    return `ALTER ${sourceKind} ${formatIdentifier(name.name)} ${added.join(', ')}`;
  },
};
