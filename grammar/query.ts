import type { IToken, TokenType } from 'chevrotain';
import type {
  AliasedSource,
  ExpressionNode,
  Identifier,
  JoinNode,
  QueryNode,
  RelationNode,
  SelectItem,
  WithinNode,
} from './ast.ts';
import type { RuleBuilder, SharedRules } from './rules.ts';
import { defineWindows } from './windows.ts';

type Needed = Pick<
  SharedRules,
  | 'keywords'
  | 'symbols'
  | 'values'
  | 'categories'
  | 'name'
  | 'sourceName'
  | 'count'
  | 'expression'
  | 'value'
>;

/** The rules of queries: projection, sources, joins and the clauses after them. */
export function defineQuery($: RuleBuilder, rules: Needed) {
  const { keywords, symbols, values, name, sourceName, count, expression, value } = rules;
  const { duration, gracePeriod, windowClause } = defineWindows($, rules);
  const isAhead = (distance: number, tokenType: TokenType) =>
    $.LA(distance).tokenType === tokenType;

  const query = $.RULE('query', (): QueryNode => {
    const items: SelectItem[] = [];
    const first = $.CONSUME(keywords.SELECT);
    $.AT_LEAST_ONE_SEP({ SEP: symbols.Comma, DEF: () => items.push($.SUBRULE(selectItem)) });
    $.CONSUME(keywords.FROM);
    const from = $.SUBRULE(relation);
    const window = $.OPTION(() => $.SUBRULE(windowClause)) ?? null;
    const where =
      $.OPTION1(() => {
        $.CONSUME(keywords.WHERE);
        return $.SUBRULE(expression);
      }) ?? null;
    const groupBy =
      $.OPTION2(() => {
        $.CONSUME(keywords.GROUP);
        $.CONSUME(keywords.BY);
        return $.SUBRULE(expressionList);
      }) ?? null;
    const partitionBy =
      $.OPTION3(() => {
        $.CONSUME(keywords.PARTITION);
        $.CONSUME1(keywords.BY);
        return $.SUBRULE1(expressionList);
      }) ?? null;
    const having =
      $.OPTION4(() => {
        $.CONSUME(keywords.HAVING);
        return $.SUBRULE1(expression);
      }) ?? null;
    const emit = $.OPTION5(() => $.SUBRULE(emitClause)) ?? null;
    const limit =
      $.OPTION6(() => {
        $.CONSUME(keywords.LIMIT);
        // A pull query is told by its analysis why not.
        const minus = $.OPTION7({
          GATE: () => emit === null,
          DEF: () => $.CONSUME(symbols.Minus),
        });
        const number = $.SUBRULE(count);
        return minus === undefined ? number : -number;
      }) ?? null;
    return {
      kind: 'query',
      items,
      from,
      window,
      where,
      groupBy,
      partitionBy,
      having,
      emit,
      limit,
      location: $.since(first),
    };
  });

  // ------------------------------------------------------------------------------------ projection

  const isQualifiedStar = () => isAhead(2, symbols.Dot) && isAhead(3, symbols.Star);

  const selectItem = $.RULE('selectItem', (): SelectItem =>
    $.OR([
      {
        ALT: (): SelectItem => {
          const star = $.CONSUME(symbols.Star);
          return { kind: 'selectAll', qualifier: null, location: $.since(star) };
        },
      },
      // In a rule of its own, so that what can start an item is told by one token.
      { ALT: () => $.SUBRULE(selectOther) },
    ]),
  );

  const selectOther = $.RULE('selectOther', (): SelectItem => {
    const first = $.LA(1);
    return $.OR([
      {
        GATE: isQualifiedStar,
        ALT: (): SelectItem => {
          const qualifier = $.SUBRULE(name);
          $.CONSUME(symbols.Dot);
          $.CONSUME(symbols.Star);
          return { kind: 'selectAll', qualifier, location: $.since(first) };
        },
      },
      {
        ALT: (): SelectItem => {
          const selected = $.SUBRULE(expression);
          return $.SUBRULE(selectRest, { ARGS: [selected] });
        },
      },
    ]);
  });

  /** What follows a selected expression: its fields or its alias. */
  const selectRest = $.RULE('selectRest', (selected: ExpressionNode): SelectItem =>
    $.OR([
      {
        ALT: (): SelectItem => {
          const arrow = $.CONSUME(symbols.Arrow);
          $.CONSUME(symbols.Star);
          return $.ACTION(() => {
            checkStruct(selected, arrow);
            return { kind: 'selectStruct', base: selected, location: $.extend(selected.location) };
          });
        },
      },
      {
        ALT: (): SelectItem => {
          const alias = $.OPTION(() => $.SUBRULE(aliasName)) ?? null;
          return $.ACTION(() => {
            const location = $.extend(selected.location);
            return { kind: 'selectExpression', expression: selected, alias, location };
          });
        },
      },
    ]),
  );

  const aliasName = $.RULE('aliasName', (): Identifier => {
    $.OPTION(() => $.CONSUME(keywords.AS));
    return $.SUBRULE(name);
  });

  /** `a + b->*` would otherwise read as the fields of the sum. */
  function checkStruct(base: ExpressionNode, arrow: IToken): void {
    switch (base.kind) {
      case 'column':
      case 'call':
      case 'cast':
      case 'case':
      case 'subscript':
      case 'dereference':
      case 'struct':
        return;
      default:
        $.fail(arrow, "'->*' has to follow a column, a field or a function, not an operation");
    }
  }

  // ------------------------------------------------------------------------------------ sources

  const relation = $.RULE('relation', (): RelationNode => {
    const joins: JoinNode[] = [];
    const start = $.LA(1);
    const first = $.SUBRULE(aliasedSource);
    $.MANY(() => joins.push($.SUBRULE(join)));
    return { kind: 'relation', first, joins, location: $.since(start) };
  });

  /** EMIT and PARTITION are names too, but not where they start a clause. */
  const isAliasAhead = () =>
    !(isAhead(1, keywords.EMIT) && (isAhead(2, keywords.CHANGES) || isAhead(2, keywords.FINAL))) &&
    !(isAhead(1, keywords.PARTITION) && isAhead(2, keywords.BY));

  const aliasedSource = $.RULE('aliasedSource', (): AliasedSource => {
    const first = $.LA(1);
    const source = $.SUBRULE(sourceName);
    const alias = $.OPTION({ GATE: isAliasAhead, DEF: () => $.SUBRULE(sourceAlias) }) ?? null;
    return { kind: 'aliasedSource', source, alias, location: $.since(first) };
  });

  const sourceAlias = $.RULE('sourceAlias', (): Identifier => {
    $.OPTION(() => $.CONSUME(keywords.AS));
    return $.SUBRULE(sourceName);
  });

  const joinType = $.RULE('joinType', (): JoinNode['type'] => {
    const type = $.OR([
      { ALT: () => ($.CONSUME(keywords.LEFT), 'LEFT' as const) },
      { ALT: () => ($.CONSUME(keywords.RIGHT), 'RIGHT' as const) },
      { ALT: () => ($.CONSUME(keywords.FULL), 'FULL' as const) },
    ]);
    $.OPTION(() => $.CONSUME(keywords.OUTER));
    return type;
  });

  const join = $.RULE('join', (): JoinNode => {
    const first = $.LA(1);
    const type =
      $.OPTION(() =>
        $.OR([
          { ALT: () => ($.CONSUME(keywords.INNER), 'INNER' as const) },
          { ALT: () => $.SUBRULE(joinType) },
        ]),
      ) ?? 'INNER';
    $.CONSUME(keywords.JOIN);
    const right = $.SUBRULE(aliasedSource);
    const within = $.OPTION1(() => $.SUBRULE(withinClause)) ?? null;
    $.CONSUME(keywords.ON);
    const on = $.SUBRULE(expression);
    return { kind: 'join', type, right, within, on, location: $.since(first) };
  });

  const withinClause = $.RULE('withinClause', (): WithinNode => {
    const first = $.CONSUME(keywords.WITHIN);
    const { before, after } = $.OR([
      {
        ALT: () => {
          const both = $.SUBRULE(duration);
          return { before: both, after: both };
        },
      },
      {
        ALT: () => {
          $.CONSUME(symbols.LeftParenthesis);
          const before = $.SUBRULE1(duration);
          $.CONSUME(symbols.Comma);
          const after = $.SUBRULE2(duration);
          $.CONSUME(symbols.RightParenthesis);
          return { before, after };
        },
      },
    ]);
    const grace = $.OPTION(() => $.SUBRULE(gracePeriod)) ?? null;
    return { kind: 'within', before, after, grace, location: $.since(first) };
  });

  // ------------------------------------------------------------------------------------ other clauses

  const expressionList = $.RULE('expressionList', (): readonly ExpressionNode[] => {
    const list: ExpressionNode[] = [];
    $.OR([
      {
        GATE: isParenthesizedListAhead,
        ALT: () => {
          $.CONSUME(symbols.LeftParenthesis);
          $.MANY_SEP({ SEP: symbols.Comma, DEF: () => list.push($.SUBRULE(value)) });
          $.CONSUME(symbols.RightParenthesis);
        },
      },
      {
        ALT: () =>
          $.AT_LEAST_ONE_SEP({ SEP: symbols.Comma, DEF: () => list.push($.SUBRULE1(value)) }),
      },
    ]);
    return list;
  });

  /** `()` or a parenthesis with a comma of its own; any other parenthesis starts an expression. */
  function isParenthesizedListAhead(): boolean {
    if (!isAhead(1, symbols.LeftParenthesis)) return false;
    if (isAhead(2, symbols.RightParenthesis)) return true;
    let depth = 0;
    for (let distance = 1; ; distance++) {
      switch ($.LA(distance).tokenType) {
        case symbols.LeftParenthesis:
        case symbols.LeftBracket:
          depth++;
          break;
        case symbols.RightParenthesis:
        case symbols.RightBracket:
          depth--;
          if (depth === 0) return false;
          break;
        case symbols.Comma:
          if (depth === 1) return true;
          break;
        case symbols.Semicolon:
        case values.EndOfText:
          return false;
        default:
          break;
      }
    }
  }

  const emitClause = $.RULE('emitClause', (): 'CHANGES' | 'FINAL' => {
    $.CONSUME(keywords.EMIT);
    return $.OR([
      { ALT: () => ($.CONSUME(keywords.CHANGES), 'CHANGES' as const) },
      { ALT: () => ($.CONSUME(keywords.FINAL), 'FINAL' as const) },
    ]);
  });

  return { query, aliasedSource };
}
