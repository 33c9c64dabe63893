import type { IToken, TokenType } from 'chevrotain';
import type { ComparisonNode, ExpressionNode } from './ast.ts';
import type { LiteralRule } from './elements.ts';
import { foldArithmetic, foldLogical } from './fold.ts';
import type { Operation } from './fold.ts';
import { definePrimary } from './primary.ts';
import type { Rule, RuleBuilder, SharedRules } from './rules.ts';

type Needed = Pick<
  SharedRules,
  'keywords' | 'symbols' | 'values' | 'categories' | 'name' | 'string' | 'type'
> & { readonly literal: LiteralRule };

/**
 * The rules of expressions. A level of parentheses costs five nested rules whatever the number of precedence levels:
 * chains of operators are read flat and folded afterwards, which bounds the stack a hostile text can use.
 */
export function defineExpressions($: RuleBuilder, rules: Needed) {
  const { keywords, symbols, values, categories, name, string } = rules;
  const isAhead = (distance: number, tokenType: TokenType) =>
    $.LA(distance).tokenType === tokenType;

  const primary = definePrimary($, rules, {
    get expression() {
      return expression;
    },
    get value() {
      return value;
    },
  });

  const expression: Rule<ExpressionNode> = $.RULE('expression', (): ExpressionNode => {
    const rest: Operation[] = [];
    const first = $.SUBRULE(predicate);
    $.MANY(() => {
      const operator = $.CONSUME(categories.Logical);
      const right = $.SUBRULE1(predicate);
      const location = $.since(operator);
      rest.push({ operator: operator.image.toUpperCase(), right, location });
    });
    return $.ACTION(() => foldLogical(first, rest));
  });

  const predicate: Rule<ExpressionNode> = $.RULE('predicate', (): ExpressionNode => {
    const nots: IToken[] = [];
    $.MANY(() => {
      const not = $.CONSUME(keywords.NOT);
      $.enter(not);
      nots.push(not);
    });
    const operand = $.SUBRULE(value);
    const tested =
      $.OPTION(() =>
        $.OR([
          { ALT: () => $.SUBRULE(comparison, { ARGS: [operand] }) },
          { ALT: () => $.SUBRULE(range, { ARGS: [operand] }) },
          { ALT: () => $.SUBRULE(identity, { ARGS: [operand] }) },
        ]),
      ) ?? operand;
    return $.ACTION(() => {
      $.leave(nots.length);
      return nots.reduceRight<ExpressionNode>(
        (operand, not) => ({ kind: 'not', operand, location: $.since(not) }),
        tested,
      );
    });
  });

  const comparison = $.RULE('comparison', (left: ExpressionNode): ExpressionNode => {
    const token = $.CONSUME(categories.Comparison);
    const right = $.SUBRULE(value);
    return $.ACTION(() => {
      const operator = comparisonOperator(token.image);
      return { kind: 'comparison', operator, left, right, location: $.extend(left.location) };
    });
  });

  /** BETWEEN, IN and LIKE, which share their NOT. */
  const range = $.RULE('range', (operand: ExpressionNode): ExpressionNode => {
    const negated = $.OPTION(() => $.CONSUME(keywords.NOT)) !== undefined;
    return $.OR([
      {
        ALT: (): ExpressionNode => {
          $.CONSUME(keywords.BETWEEN);
          const low = $.SUBRULE(value);
          $.CONSUME(keywords.AND);
          const high = $.SUBRULE1(value);
          return $.ACTION(() => {
            const location = $.extend(operand.location);
            return { kind: 'between', negated, operand, low, high, location };
          });
        },
      },
      {
        ALT: (): ExpressionNode => {
          const options: ExpressionNode[] = [];
          $.CONSUME(keywords.IN);
          $.CONSUME(symbols.LeftParenthesis);
          $.AT_LEAST_ONE_SEP({
            SEP: symbols.Comma,
            DEF: () => options.push($.SUBRULE(expression)),
          });
          $.CONSUME(symbols.RightParenthesis);
          return $.ACTION(() => {
            const location = $.extend(operand.location);
            return { kind: 'in', negated, operand, options, location };
          });
        },
      },
      {
        ALT: (): ExpressionNode => {
          $.CONSUME(keywords.LIKE);
          const pattern = $.SUBRULE2(value);
          const escape =
            $.OPTION1(() => {
              $.CONSUME(keywords.ESCAPE);
              return $.SUBRULE(string);
            }) ?? null;
          return $.ACTION(() => {
            const location = $.extend(operand.location);
            return { kind: 'like', negated, operand, pattern, escape, location };
          });
        },
      },
    ]);
  });

  /** IS [NOT] NULL and IS [NOT] DISTINCT FROM. */
  const identity = $.RULE('identity', (operand: ExpressionNode): ExpressionNode => {
    $.CONSUME(keywords.IS);
    const negated = $.OPTION(() => $.CONSUME(keywords.NOT)) !== undefined;
    return $.OR([
      {
        ALT: (): ExpressionNode => {
          $.CONSUME(keywords.NULL);
          return $.ACTION(() => {
            return { kind: 'isNull', negated, operand, location: $.extend(operand.location) };
          });
        },
      },
      {
        ALT: (): ExpressionNode => {
          $.CONSUME(keywords.DISTINCT);
          $.CONSUME(keywords.FROM);
          const right = $.SUBRULE(value);
          return $.ACTION(() => {
            const location = $.extend(operand.location);
            return { kind: 'distinct', negated, left: operand, right, location };
          });
        },
      },
    ]);
  });

  const value: Rule<ExpressionNode> = $.RULE('value', (): ExpressionNode => {
    const rest: Operation[] = [];
    const first = $.SUBRULE(operand);
    $.MANY(() => {
      const operator = $.CONSUME(categories.Arithmetic);
      const right = $.SUBRULE1(operand);
      rest.push({ operator: operator.image, right, location: $.since(operator) });
    });
    return $.ACTION(() => foldArithmetic(first, rest));
  });

  /** Signs, a primary and what follows it: `- a[1]->field`. */
  const operand: Rule<ExpressionNode> = $.RULE('operand', (): ExpressionNode => {
    const signs: IToken[] = [];
    $.enter($.LA(1));
    $.MANY(() => {
      const sign = $.CONSUME(categories.Sign);
      $.enter(sign);
      signs.push(sign);
    });
    const signCount = signs.length;
    const minus = $.ACTION(() => (isNumber($.LA(1)) ? popMinus(signs) : undefined));
    let result = $.SUBRULE(primary, { ARGS: [minus] });
    $.MANY1({
      // `struct->*` belongs to the projection.
      GATE: () => !isAhead(2, symbols.Star),
      DEF: () => {
        result = $.SUBRULE(suffix, { ARGS: [result] });
      },
    });
    return $.ACTION(() => {
      $.leave(1 + signCount);
      return signs.reduceRight<ExpressionNode>(
        (operand, sign) => ({
          kind: 'unary',
          operator: sign.tokenType === symbols.Minus ? '-' : '+',
          operand,
          location: $.since(sign),
        }),
        result,
      );
    });
  });

  const suffix = $.RULE('suffix', (base: ExpressionNode): ExpressionNode =>
    $.OR([
      {
        ALT: (): ExpressionNode => {
          $.CONSUME(symbols.LeftBracket);
          const index = $.SUBRULE(value);
          $.CONSUME(symbols.RightBracket);
          return $.ACTION(() => {
            return { kind: 'subscript', base, index, location: $.extend(base.location) };
          });
        },
      },
      {
        ALT: (): ExpressionNode => {
          $.CONSUME(symbols.Arrow);
          const field = $.SUBRULE(name);
          return $.ACTION(() => {
            return { kind: 'dereference', base, field, location: $.extend(base.location) };
          });
        },
      },
    ]),
  );

  function isNumber(token: IToken): boolean {
    const { tokenType } = token;
    return (
      tokenType === values.Integer || tokenType === values.Decimal || tokenType === values.Double
    );
  }

  /** The minus next to a number, which belongs to the number; it is no longer a sign then. */
  function popMinus(signs: IToken[]): IToken | undefined {
    return signs.at(-1)?.tokenType === symbols.Minus ? signs.pop() : undefined;
  }

  return { expression, value };
}

function comparisonOperator(image: string): ComparisonNode['operator'] {
  return image === '!=' ? '<>' : (image as ComparisonNode['operator']);
}
