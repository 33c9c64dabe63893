import type { Case } from './case.ts';
import type { RawRecord } from './engine.ts';
import type { ExpectedTopic } from './oracle/oracle.ts';
import type { TopicRecord } from './oracle/source.ts';
import { canonical, objectText, recordKeyBytes } from './payload.ts';

/** A record of a result as text, in one form for what is expected and what is found. */
export interface Printed {
  readonly key: string;
  readonly rest: string;
}

/** What is wrong with a topic; null when nothing is. Records are compared one by one, in order, in each partition. */
export function compareTopic(
  expected: ExpectedTopic,
  found: readonly RawRecord[][],
  input: Case,
): string | null {
  const problems = expected.records.flatMap((records, partition) => {
    const wanted = records.map((record) => printExpected(record, expected));
    const got = (found[partition] ?? []).map(printFound);
    const problem =
      expected.kind === 'TABLE' && input.merge
        ? finalDifference(wanted, got)
        : difference(wanted, got);
    return problem === null ? [] : [`${expected.name} partition ${partition}: ${problem}`];
  });
  return problems[0] ?? null;
}

function difference(wanted: readonly Printed[], got: readonly Printed[]): string | null {
  const count = Math.max(wanted.length, got.length);
  for (let index = 0; index < count; index++) {
    const [want, have] = [textOf(wanted[index]), textOf(got[index])];
    if (want !== have) return `record ${index}:\n  expected ${want}\n  found    ${have}`;
  }
  return null;
}

/** Merged changes may leave some out, but the row that is left of each key has to be the same. */
function finalDifference(wanted: readonly Printed[], got: readonly Printed[]): string | null {
  const [last, lastFound] = [lastOfEach(wanted), lastOfEach(got)];
  for (const key of new Set([...last.keys(), ...lastFound.keys()])) {
    const [want, have] = [last.get(key), lastFound.get(key)];
    if (want !== have) return `last of ${key}:\n  expected ${want}\n  found    ${have}`;
  }
  return null;
}

function lastOfEach(records: readonly Printed[]): Map<string, string> {
  const last = new Map(records.map(({ key, rest }) => [key, withoutHeader(rest)]));
  for (const [key, rest] of last) if (rest.startsWith('null ')) last.delete(key);
  return last;
}

function withoutHeader(rest: string): string {
  return rest.replace(/ h=.*$/, '');
}

/** A record on one line. */
export function textOf(record: Printed | undefined): string {
  return record === undefined ? 'nothing' : `${record.key} => ${record.rest}`;
}

/** A record as it has to be. */
export function printExpected(
  record: TopicRecord,
  { schema }: Pick<ExpectedTopic, 'schema'>,
): Printed {
  const key = recordKeyBytes(schema, record.key, record.window);
  const { value } = record;
  const text = value === null || value === 'broken' ? null : objectText(value, schema.values);
  return print({
    key,
    value: text === null ? null : Buffer.from(text),
    time: record.time,
    header: record.header,
  });
}

/** A record as it was found. */
export function printFound(record: RawRecord): Printed {
  return print(record);
}

function print({ key, value, time, header }: RawRecord): Printed {
  const keyText = key === null ? 'null' : printable(key);
  const valueText = value === null ? 'null' : canonical(value.toString());
  return { key: keyText, rest: `${valueText} @${time}${header === null ? '' : ` h=${header}`}` };
}

function printable(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? text : `0x${bytes.toString('hex')}`;
}
