import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import type { JsonValue } from './json-value.ts';

/** The names and array indexes on the way from the whole value to a part of it. */
export type JsonPath = readonly string[];

const STEP = /\.([\p{L}\p{Nd}_:@]+)|\[([\p{L}\p{Nd}_:@]+)\]|\["((?:[^"\\]|\\["\\])*)"\]/uy;
const LENGTH_MAX = 10_000;
const INDEX = /^\d{1,9}$/;

/**
 * Reads a path: `$`, then any number of `.name`, `[0]`, `[name]` and `["any name"]`, where a quote in a name is
 * written `\"`.
 * @throws EvaluationError for anything else and for a path of more than 10,000 characters.
 */
export function parseJsonPath(text: string): JsonPath {
  if (text.length > LENGTH_MAX) {
    throw invalid(text, `it has ${text.length} characters; the most is ${LENGTH_MAX}`);
  }
  if (!text.startsWith('$')) throw invalid(text, 'it must begin with $');
  const path: string[] = [];
  let index = 1;
  while (index < text.length) {
    STEP.lastIndex = index;
    const match = STEP.exec(text);
    if (match === null) {
      throw invalid(text, `at character ${index + 1} it needs .name, [index] or ["name"]`);
    }
    const [step, name, subscript, quoted = ''] = match;
    path.push(name ?? subscript ?? quoted.replace(/\\(.)/gs, '$1'));
    index += step.length;
  }
  return path;
}

/** The part the path leads to; undefined when there is none. */
export function followJsonPath(value: JsonValue, path: JsonPath): JsonValue | undefined {
  let part: JsonValue | undefined = value;
  for (const step of path) {
    if (part instanceof Map) part = (part as ReadonlyMap<string, JsonValue>).get(step);
    else if (Array.isArray(part)) {
      part = INDEX.test(step) ? (part as readonly JsonValue[])[Number(step)] : undefined;
    } else return undefined;
  }
  return part;
}

function invalid(text: string, reason: string): EvaluationError {
  return new EvaluationError(`${shownText(text)} is not a JSON path: ${reason}`);
}
