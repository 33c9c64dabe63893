import type { TokenType } from 'chevrotain';
import type { Duration, WindowNode } from './ast.ts';
import { unitOf } from './elements.ts';
import type { RuleBuilder, SharedRules } from './rules.ts';

type Needed = Pick<SharedRules, 'keywords' | 'symbols' | 'categories' | 'count'>;

const UNIT_MS = { DAYS: 86_400_000, HOURS: 3_600_000, MINUTES: 60_000, SECONDS: 1000 } as const;

/** The rules of lengths of time and of the WINDOW clause. */
export function defineWindows($: RuleBuilder, rules: Needed) {
  const { keywords, symbols, categories, count } = rules;
  const isAhead = (distance: number, tokenType: TokenType) =>
    $.LA(distance).tokenType === tokenType;

  const duration = $.RULE('duration', (): Duration => {
    const first = $.LA(1);
    const amount = $.SUBRULE(count);
    const unitToken = $.CONSUME(categories.TimeUnit);
    return $.ACTION(() => {
      const unit = unitOf(unitToken);
      const unitMs = unit === 'MILLISECONDS' ? 1 : UNIT_MS[unit];
      if (!Number.isSafeInteger(amount * unitMs)) {
        $.fail(first, `${amount} ${unit} is too long: the limit is 2^53 milliseconds`);
      }
      return { kind: 'duration', amount, unit, location: $.since(first) };
    });
  });

  const positiveDuration = $.RULE('positiveDuration', (): Duration => {
    const length = $.SUBRULE(duration);
    return $.ACTION(() => {
      if (length.amount > 0) return length;
      return $.fail(length.location, 'The size, advance and gap of a window must be above 0');
    });
  });

  const gracePeriod = $.RULE('gracePeriod', (): Duration => {
    $.CONSUME(keywords.GRACE);
    $.CONSUME(keywords.PERIOD);
    return $.SUBRULE(duration);
  });

  /** A window may have a name in front, which means nothing. */
  const windowClause = $.RULE('windowClause', (): WindowNode => {
    $.CONSUME(keywords.WINDOW);
    $.OPTION({
      GATE: () => !isAhead(2, symbols.LeftParenthesis),
      DEF: () => $.CONSUME(categories.Name),
    });
    const first = $.LA(1);
    const window = $.OR([
      { ALT: () => $.SUBRULE(tumblingWindow) },
      { ALT: () => $.SUBRULE(hoppingWindow) },
      { ALT: () => $.SUBRULE(sessionWindow) },
    ]);
    const { retention, grace } = $.SUBRULE(windowTail);
    return $.ACTION(() => ({
      kind: 'window',
      ...window,
      retention,
      grace,
      location: $.since(first),
    }));
  });

  type WindowHead = Pick<WindowNode, 'type' | 'size' | 'advance'>;

  const tumblingWindow = $.RULE('tumblingWindow', (): WindowHead => {
    $.CONSUME(keywords.TUMBLING);
    $.CONSUME(symbols.LeftParenthesis);
    $.CONSUME(keywords.SIZE);
    return { type: 'TUMBLING', size: $.SUBRULE(positiveDuration), advance: null };
  });

  const hoppingWindow = $.RULE('hoppingWindow', (): WindowHead => {
    $.CONSUME(keywords.HOPPING);
    $.CONSUME(symbols.LeftParenthesis);
    $.CONSUME(keywords.SIZE);
    const size = $.SUBRULE(positiveDuration);
    $.CONSUME(symbols.Comma);
    $.CONSUME(keywords.ADVANCE);
    $.CONSUME(keywords.BY);
    return { type: 'HOPPING', size, advance: $.SUBRULE1(positiveDuration) };
  });

  const sessionWindow = $.RULE('sessionWindow', (): WindowHead => {
    $.CONSUME(keywords.SESSION);
    $.CONSUME(symbols.LeftParenthesis);
    return { type: 'SESSION', size: $.SUBRULE(positiveDuration), advance: null };
  });

  type WindowTail = Pick<WindowNode, 'retention' | 'grace'>;

  const windowTail = $.RULE('windowTail', (): WindowTail => {
    const retention =
      $.OPTION(() => {
        $.CONSUME(symbols.Comma);
        $.CONSUME(keywords.RETENTION);
        return $.SUBRULE(duration);
      }) ?? null;
    const grace =
      $.OPTION1(() => {
        $.CONSUME1(symbols.Comma);
        return $.SUBRULE(gracePeriod);
      }) ?? null;
    $.CONSUME(symbols.RightParenthesis);
    return { retention, grace };
  });

  return { duration, gracePeriod, windowClause };
}
