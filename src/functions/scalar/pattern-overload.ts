import { TimePattern } from '../../sql/time-pattern.ts';
import { findTimeZone, type TimeZone } from '../../sql/time-zone.ts';
import { STRING, type SqlType, type Value } from '../../sql/types.ts';
import { overloadPerUse, parameter, type Parameter, type ScalarOverload } from '../function.ts';

/** How many patterns one use in a plan keeps; a column of patterns usually has very few. */
const COMPILED_MAX = 100;

/** Compiles patterns and keeps them: one such function for each use in a plan. Errors are not kept. */
export function compiledOnce<T>(compile: (pattern: string) => T): (pattern: string) => T {
  const compiled = new Map<string, T>();
  return (pattern) => {
    let found = compiled.get(pattern);
    if (found === undefined) {
      found = compile(pattern);
      if (compiled.size >= COMPILED_MAX) compiled.clear();
      compiled.set(pattern, found);
    }
    return found;
  };
}

function patternCompiler(): (pattern: string) => TimePattern {
  return compiledOnce((pattern) => new TimePattern(pattern));
}

/** `f(value, pattern)`; the pattern is compiled once per use in a plan while it stays the same. */
export function withPattern<T>(
  value: Parameter,
  result: SqlType,
  body: (pattern: TimePattern, value: T) => Value,
  onNull: Parameter['onNull'] = 'RETURN_NULL',
): ScalarOverload {
  return overloadPerUse([value, parameter('pattern', STRING, onNull)], result, () => {
    const compile = patternCompiler();
    return (value: T, pattern: string) => body(compile(pattern), value);
  });
}

/** `f(value, pattern)` and `f(value, pattern, zone)`. */
export function withPatternAndZone<T>(
  value: Parameter,
  options: {
    readonly result: SqlType;
    /** Not asked before the first row: it loads the time zones. */
    readonly defaultZone: () => TimeZone;
    readonly body: (pattern: TimePattern, zone: TimeZone, value: T) => Value;
    /** Of pattern and zone. */
    readonly onNull?: Parameter['onNull'];
  },
): readonly ScalarOverload[] {
  const { result, defaultZone, body, onNull } = options;
  return [
    withPattern<T>(value, result, (pattern, value) => body(pattern, defaultZone(), value), onNull),
    overloadPerUse(
      [value, parameter('pattern', STRING, onNull), parameter('timeZone', STRING, onNull)],
      result,
      () => {
        const compile = patternCompiler();
        return (value: T, pattern: string, zone: string) =>
          body(compile(pattern), findTimeZone(zone), value);
      },
    ),
  ];
}
