import type { IToken } from 'chevrotain';
import type { Identifier, LiteralNode, PropertyNode, TimeUnit } from './ast.ts';
import type { Rule, RuleBuilder, SharedRules } from './rules.ts';

const COUNT_MAX = 2 ** 31 - 1;
const INTEGER_MIN = -(2n ** 31n);
const INTEGER_MAX = 2n ** 31n - 1n;
const BIGINT_MIN = -(2n ** 63n);
const BIGINT_MAX = 2n ** 63n - 1n;
const SOURCE_NAME = /^[A-Za-z0-9_-]+$/;

/** A literal; its argument is the minus in front, already consumed, that belongs to a number. */
export type LiteralRule = Rule<LiteralNode, [IToken | undefined]>;

type Tokens = Pick<SharedRules, 'keywords' | 'symbols' | 'values' | 'categories'>;

/** The small rules everything else is made of: names, counts, strings, literals, WITH properties. */
export function defineElements($: RuleBuilder, tokens: Tokens) {
  const { keywords, symbols, values, categories } = tokens;

  const name = $.RULE('name', () => {
    const token = $.CONSUME(categories.Name);
    return $.ACTION(() => identifier($, token));
  });

  const sourceName = $.RULE('sourceName', () => {
    const token = $.CONSUME(categories.Name);
    return $.ACTION(() => {
      const source = identifier($, token);
      if (SOURCE_NAME.test(source.name)) return source;
      return $.fail(
        token,
        `${token.image} cannot name a stream or table: only letters, digits, '_' and '-' can`,
      );
    });
  });

  const sourceKinds = [
    { ALT: () => ($.CONSUME(keywords.STREAM), 'STREAM' as const) },
    { ALT: () => ($.CONSUME(keywords.TABLE), 'TABLE' as const) },
  ];
  const sourceKind = $.RULE('sourceKind', () => $.OR(sourceKinds));

  const count = $.RULE('count', () => {
    const token = $.CONSUME(values.Integer);
    return $.ACTION(() => {
      const number = Number(token.image);
      if (number <= COUNT_MAX) return number;
      return $.fail(token, `${token.image} is too large here: the limit is ${COUNT_MAX}`);
    });
  });

  const string = $.RULE('string', () => {
    const token = $.CONSUME(values.String);
    return $.ACTION(() => meaning(token));
  });

  const literal: LiteralRule = $.RULE('literal', (minus: IToken | undefined): LiteralNode =>
    $.OR([
      {
        ALT: (): LiteralNode => {
          const token = $.CONSUME(categories.Number);
          return $.ACTION(() => numberLiteral($, tokens, token, minus));
        },
      },
      {
        ALT: (): LiteralNode => {
          const token = $.CONSUME(values.String);
          return $.ACTION(() => ({
            kind: 'literal',
            type: 'STRING',
            value: meaning(token),
            location: $.since(token),
          }));
        },
      },
      {
        ALT: (): LiteralNode => {
          const token = $.CONSUME(keywords.TRUE);
          return { kind: 'literal', type: 'BOOLEAN', value: true, location: $.since(token) };
        },
      },
      {
        ALT: (): LiteralNode => {
          const token = $.CONSUME(keywords.FALSE);
          return { kind: 'literal', type: 'BOOLEAN', value: false, location: $.since(token) };
        },
      },
      {
        ALT: (): LiteralNode => {
          const token = $.CONSUME(keywords.NULL);
          return { kind: 'literal', type: 'NULL', location: $.since(token) };
        },
      },
    ]),
  );

  const signedLiteral = $.RULE('signedLiteral', (): LiteralNode =>
    $.OR([
      {
        ALT: () => {
          const minus = $.CONSUME(symbols.Minus);
          const token = $.CONSUME(categories.Number);
          return $.ACTION(() => numberLiteral($, tokens, token, minus));
        },
      },
      { ALT: () => $.SUBRULE(literal, { ARGS: [undefined] }) },
    ]),
  );

  const property = $.RULE('property', () => defineProperty((name) => name.toUpperCase()));
  const properties = $.RULE('properties', () => defineProperties(property));
  const setting = $.RULE('setting', () => defineProperty((name) => name));
  const settings = $.RULE('settings', () => defineProperties(setting));

  function defineProperty(nameOf: (meant: string) => string): PropertyNode {
    const first = $.LA(1);
    const name = $.OR([
      { ALT: () => $.CONSUME(categories.Name) },
      { ALT: () => $.CONSUME(values.String) },
    ]);
    $.CONSUME(symbols.Equal);
    const value = $.SUBRULE(signedLiteral);
    return $.ACTION(() => ({
      kind: 'property',
      name: nameOf(meaning(name)),
      value,
      location: $.since(first),
    }));
  }

  function defineProperties(one: Rule<PropertyNode>): readonly PropertyNode[] {
    const list: PropertyNode[] = [];
    $.CONSUME(keywords.WITH);
    $.CONSUME(symbols.LeftParenthesis);
    $.AT_LEAST_ONE_SEP({
      SEP: symbols.Comma,
      DEF: () => list.push($.SUBRULE(one)),
    });
    $.CONSUME(symbols.RightParenthesis);
    return list;
  }

  return { name, sourceName, sourceKind, count, string, literal, properties, settings };
}

/** What a name or string token means. */
export function meaning(token: IToken): string {
  return token.payload as string;
}

/** The identifier a name token stands for. */
export function identifier($: RuleBuilder, token: IToken): Identifier {
  return { kind: 'identifier', name: meaning(token), location: $.since(token) };
}

/** The unit a token of that group means. */
export function unitOf(token: IToken): TimeUnit {
  const word = token.image.toUpperCase();
  return (word.endsWith('S') ? word : `${word}S`) as TimeUnit;
}

function numberLiteral(
  $: RuleBuilder,
  { values }: Pick<SharedRules, 'values'>,
  token: IToken,
  minus: IToken | undefined,
): LiteralNode {
  const first = minus ?? token;
  const text = minus === undefined ? token.image : `-${token.image}`;
  const location = $.since(first);
  switch (token.tokenType) {
    case values.Integer:
      return { kind: 'literal', type: integerType($, first, text), text, location };
    case values.Decimal:
      return { kind: 'literal', type: 'DECIMAL', text, location };
    default:
      if (!Number.isFinite(Number(text))) {
        $.fail(first, `The number ${text} overflows DOUBLE: the largest is 1.7976931348623157E308`);
      }
      return { kind: 'literal', type: 'DOUBLE', text, location };
  }
}

function integerType($: RuleBuilder, at: IToken, text: string): 'INTEGER' | 'BIGINT' {
  const integer = BigInt(text);
  if (integer >= INTEGER_MIN && integer <= INTEGER_MAX) return 'INTEGER';
  if (integer >= BIGINT_MIN && integer <= BIGINT_MAX) return 'BIGINT';
  return $.fail(
    at,
    `Invalid numeric literal: ${text} does not fit BIGINT (${BIGINT_MIN} to ${BIGINT_MAX}); ` +
      'with a decimal point it is a DECIMAL',
  );
}
