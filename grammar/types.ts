import type { StructType, TypeNode } from './ast.ts';
import type { RuleBuilder, SharedRules } from './rules.ts';

type Needed = Pick<
  SharedRules,
  'keywords' | 'symbols' | 'values' | 'categories' | 'name' | 'count'
>;
type Field = StructType['fields'][number];

/** The rule of types: primitives and user-defined ones by name, DECIMAL, ARRAY, MAP, STRUCT. */
export function defineTypes($: RuleBuilder, rules: Needed) {
  const { keywords, symbols, values, categories, name, count } = rules;

  const field = $.RULE('field', (): Field => {
    const fieldName = $.SUBRULE(name);
    const fieldType = $.SUBRULE(type);
    return $.ACTION(() => ({ name: fieldName, type: fieldType }));
  });

  const decimalType = $.RULE('decimalType', (): TypeNode => {
    const first = $.CONSUME(keywords.DECIMAL);
    $.CONSUME(symbols.LeftParenthesis);
    const precision = $.SUBRULE(count);
    $.CONSUME(symbols.Comma);
    const scale = $.SUBRULE1(count);
    $.CONSUME(symbols.RightParenthesis);
    return { kind: 'decimalType', precision, scale, location: $.since(first) };
  });

  const arrayType = $.RULE('arrayType', (): TypeNode => {
    const first = $.CONSUME(keywords.ARRAY);
    $.CONSUME(symbols.Less);
    const element = $.SUBRULE(type);
    $.CONSUME(symbols.Greater);
    return { kind: 'arrayType', element, location: $.since(first) };
  });

  const mapType = $.RULE('mapType', (): TypeNode => {
    const first = $.CONSUME(keywords.MAP);
    $.CONSUME(symbols.Less);
    const key = $.SUBRULE(type);
    $.CONSUME(symbols.Comma);
    const value = $.SUBRULE1(type);
    $.CONSUME(symbols.Greater);
    return { kind: 'mapType', key, value, location: $.since(first) };
  });

  const structType = $.RULE('structType', (): TypeNode => {
    const fields: Field[] = [];
    const first = $.CONSUME(keywords.STRUCT);
    $.CONSUME(symbols.Less);
    $.MANY_SEP({ SEP: symbols.Comma, DEF: () => fields.push($.SUBRULE(field)) });
    $.CONSUME(symbols.Greater);
    return { kind: 'structType', fields, location: $.since(first) };
  });

  /** Numbers or the word STRING in parentheses, as in VARCHAR(10), have no effect. */
  const namedType = $.RULE('namedType', (): TypeNode => {
    const token = $.CONSUME(categories.Name);
    $.OPTION(() => {
      $.CONSUME(symbols.LeftParenthesis);
      $.AT_LEAST_ONE_SEP({
        SEP: symbols.Comma,
        DEF: () =>
          $.OR([
            { ALT: () => $.CONSUME(values.Integer) },
            { ALT: () => $.CONSUME(keywords.STRING) },
          ]),
      });
      $.CONSUME(symbols.RightParenthesis);
    });
    return $.ACTION(() => ({
      kind: 'namedType',
      name: (token.payload as string).toUpperCase(),
      location: $.since(token),
    }));
  });

  const beforeLess = () => $.LA(2).tokenType === symbols.Less;
  const kindsOfType = [
    { ALT: () => $.SUBRULE(decimalType) },
    { GATE: beforeLess, ALT: () => $.SUBRULE(arrayType) },
    { GATE: beforeLess, ALT: () => $.SUBRULE(mapType) },
    { GATE: beforeLess, ALT: () => $.SUBRULE(structType) },
    { ALT: () => $.SUBRULE(namedType) },
  ];

  const type = $.RULE('type', (): TypeNode => {
    $.enter($.LA(1));
    let result: TypeNode = $.OR(kindsOfType);
    let suffixCount = 0;
    $.MANY(() => {
      const suffix = $.CONSUME(keywords.ARRAY);
      $.ACTION(() => {
        $.enter(suffix);
        suffixCount++;
        result = { kind: 'arrayType', element: result, location: $.extend(result.location) };
      });
    });
    $.leave(1 + suffixCount);
    return result;
  });

  return { type };
}
