import type { IToken, TokenType } from 'chevrotain';
import type { CaseNode, ExpressionNode, Identifier, MapNode, StructNode } from './ast.ts';
import { identifier, unitOf } from './elements.ts';
import type { LiteralRule } from './elements.ts';
import type { RuleBuilder, SharedRules } from './rules.ts';

type Needed = Pick<SharedRules, 'keywords' | 'symbols' | 'categories' | 'name' | 'type'> & {
  readonly literal: LiteralRule;
};

/**
 * The rule of what operators apply to: literals, columns, calls, constructors, CASE, CAST, parentheses.
 * @param outer the rules of whole expressions, which are there only when rules run.
 */
export function definePrimary(
  $: RuleBuilder,
  rules: Needed,
  outer: Pick<SharedRules, 'expression' | 'value'>,
) {
  const { keywords, symbols, categories, name, type, literal } = rules;
  const isAhead = (distance: number, tokenType: TokenType) =>
    $.LA(distance).tokenType === tokenType;

  const primary = $.RULE('primary', (minus: IToken | undefined): ExpressionNode =>
    $.OR([
      { ALT: (): ExpressionNode => $.SUBRULE(literal, { ARGS: [minus] }) },
      { ALT: () => $.SUBRULE(caseExpression) },
      { ALT: () => $.SUBRULE(cast) },
      { GATE: () => isAhead(2, symbols.LeftBracket), ALT: () => $.SUBRULE(arrayConstructor) },
      { GATE: () => isAhead(2, symbols.LeftParenthesis), ALT: () => $.SUBRULE(mapConstructor) },
      { GATE: () => isAhead(2, symbols.LeftParenthesis), ALT: () => $.SUBRULE(structConstructor) },
      { GATE: () => isAhead(2, symbols.LeftParenthesis), ALT: () => $.SUBRULE(call) },
      { ALT: () => $.SUBRULE(column) },
      {
        ALT: () => {
          const first = $.CONSUME(symbols.LeftParenthesis);
          const inner = $.SUBRULE(outer.expression);
          $.CONSUME(symbols.RightParenthesis);
          // With its parentheses, so that the text from one operand to another is whole.
          return $.ACTION(() => ({ ...inner, location: $.since(first) }));
        },
      },
    ]),
  );

  const caseExpression = $.RULE('caseExpression', (): CaseNode => {
    const branches: CaseNode['branches'][number][] = [];
    const first = $.CONSUME(keywords.CASE);
    const operand = $.OPTION(() => $.SUBRULE(outer.value)) ?? null;
    $.AT_LEAST_ONE(() => {
      $.CONSUME(keywords.WHEN);
      const when = $.SUBRULE(outer.expression);
      $.CONSUME(keywords.THEN);
      const result = $.SUBRULE1(outer.expression);
      // oxlint-disable-next-line unicorn/no-thenable -- named after the keyword; no function, so never awaited
      branches.push({ when, then: result });
    });
    const otherwise =
      $.OPTION1(() => {
        $.CONSUME(keywords.ELSE);
        return $.SUBRULE2(outer.expression);
      }) ?? null;
    $.CONSUME(keywords.END);
    return { kind: 'case', operand, branches, otherwise, location: $.since(first) };
  });

  const cast = $.RULE('cast', (): ExpressionNode => {
    const first = $.CONSUME(keywords.CAST);
    $.CONSUME(symbols.LeftParenthesis);
    const operand = $.SUBRULE(outer.expression);
    $.CONSUME(keywords.AS);
    const target = $.SUBRULE(type);
    $.CONSUME(symbols.RightParenthesis);
    return { kind: 'cast', operand, type: target, location: $.since(first) };
  });

  const arrayConstructor = $.RULE('arrayConstructor', (): ExpressionNode => {
    const elements: ExpressionNode[] = [];
    const first = $.CONSUME(keywords.ARRAY);
    $.CONSUME(symbols.LeftBracket);
    $.MANY_SEP({ SEP: symbols.Comma, DEF: () => elements.push($.SUBRULE(outer.expression)) });
    $.CONSUME(symbols.RightBracket);
    return { kind: 'array', elements, location: $.since(first) };
  });

  const mapConstructor = $.RULE('mapConstructor', (): ExpressionNode => {
    const entries: MapNode['entries'][number][] = [];
    const first = $.CONSUME(keywords.MAP);
    $.CONSUME(symbols.LeftParenthesis);
    $.MANY_SEP({
      SEP: symbols.Comma,
      DEF: () => {
        const key = $.SUBRULE(outer.expression);
        $.CONSUME(symbols.Assign);
        entries.push({ key, value: $.SUBRULE1(outer.expression) });
      },
    });
    $.CONSUME(symbols.RightParenthesis);
    return { kind: 'map', entries, location: $.since(first) };
  });

  const structConstructor = $.RULE('structConstructor', (): ExpressionNode => {
    const fields: StructNode['fields'][number][] = [];
    const first = $.CONSUME(keywords.STRUCT);
    $.CONSUME(symbols.LeftParenthesis);
    $.MANY_SEP({
      SEP: symbols.Comma,
      DEF: () => {
        const field = $.SUBRULE(name);
        $.CONSUME(symbols.Assign);
        fields.push({ name: field, value: $.SUBRULE(outer.expression) });
      },
    });
    $.CONSUME(symbols.RightParenthesis);
    return { kind: 'struct', fields, location: $.since(first) };
  });

  const column = $.RULE('column', (): ExpressionNode => {
    const first = $.SUBRULE(name);
    const second = $.OPTION(() => {
      $.CONSUME(symbols.Dot);
      return $.SUBRULE1(name);
    });
    return $.ACTION(() => ({
      kind: 'column',
      qualifier: second === undefined ? null : first,
      name: second ?? first,
      location: $.extend(first.location),
    }));
  });

  const call = $.RULE('call', (): ExpressionNode => {
    const list: ExpressionNode[] = [];
    const token = $.CONSUME(categories.Name);
    const name = identifier($, token);
    $.CONSUME(symbols.LeftParenthesis);
    const star = $.OR([
      { ALT: () => $.CONSUME(symbols.Star) !== undefined },
      {
        ALT: () => {
          $.MANY_SEP({
            SEP: symbols.Comma,
            DEF: () => {
              const argument = $.SUBRULE(callArgument);
              $.ACTION(() => {
                checkOrder(list, argument);
                list.push(argument);
              });
            },
          });
          return false;
        },
      },
    ]);
    $.CONSUME(symbols.RightParenthesis);
    return $.ACTION(() => ({
      kind: 'call',
      name: { ...name, name: name.name.toUpperCase() },
      star,
      arguments: list,
      location: $.since(token),
    }));
  });

  /** Lambdas stand after all ordinary arguments, of which there is at least one. */
  function checkOrder(before: readonly ExpressionNode[], argument: ExpressionNode): void {
    const previous = before.at(-1);
    if (argument.kind === 'lambda' && previous === undefined) {
      $.fail(
        argument.location,
        'A lambda cannot be the first argument: the data it is for comes first',
      );
    }
    if (argument.kind !== 'lambda' && previous?.kind === 'lambda') {
      $.fail(argument.location, 'Lambdas have to come after all other arguments of a function');
    }
  }

  const callArgument = $.RULE('callArgument', (): ExpressionNode =>
    $.OR([
      { ALT: () => $.SUBRULE(timeUnit) },
      // In a rule of its own, so that what can start an argument is told by one token.
      { ALT: () => $.SUBRULE(lambdaOrExpression) },
    ]),
  );

  const lambdaOrExpression = $.RULE('lambdaOrExpression', (): ExpressionNode =>
    $.OR([
      { GATE: isLambdaAhead, ALT: () => $.SUBRULE(lambda) },
      { ALT: () => $.SUBRULE(outer.expression) },
    ]),
  );

  const timeUnit = $.RULE('timeUnit', (): ExpressionNode => {
    const token = $.CONSUME(categories.ReservedTimeUnit);
    return $.ACTION(() => ({
      kind: 'intervalUnit',
      unit: unitOf(token),
      location: $.since(token),
    }));
  });

  const lambda = $.RULE('lambda', (): ExpressionNode => {
    const parameters: Identifier[] = [];
    const first = $.LA(1);
    $.OR([
      { ALT: () => parameters.push($.SUBRULE(name)) },
      {
        ALT: () => {
          $.CONSUME(symbols.LeftParenthesis);
          $.AT_LEAST_ONE_SEP({
            SEP: symbols.Comma,
            DEF: () => parameters.push($.SUBRULE1(name)),
          });
          $.CONSUME(symbols.RightParenthesis);
        },
      },
    ]);
    $.CONSUME(symbols.LambdaArrow);
    const body = $.SUBRULE(outer.expression);
    return { kind: 'lambda', parameters, body, location: $.since(first) };
  });

  /** `x =>` or `(x, y) =>`; how far the list goes cannot be told by a fixed number of tokens. */
  function isLambdaAhead(): boolean {
    if (!isAhead(1, symbols.LeftParenthesis)) return isAhead(2, symbols.LambdaArrow);
    let distance = 3;
    while (isAhead(distance, symbols.Comma)) distance += 2;
    return (
      isAhead(distance, symbols.RightParenthesis) && isAhead(distance + 1, symbols.LambdaArrow)
    );
  }

  return primary;
}
