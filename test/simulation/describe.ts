import type { Case, RecordSpec, Value } from './case.ts';
import { statementsOf } from './sql.ts';

/** A case for reading: what is created, what is written, when the database is restarted. */
export function describeCase(input: Case): string {
  const { partitionCount, merge, evict, emitIntervalMs, ticks, restartsBefore } = input;
  const settings = [
    `${partitionCount} partition${partitionCount === 1 ? '' : 's'}`,
    ...(emitIntervalMs > 0 ? [`closed windows looked for once in ${emitIntervalMs} ms`] : []),
    ...(merge ? ['changes merged'] : []),
    ...(evict ? ['state evicted after each tick'] : []),
  ];
  const restart = input.backlog ? '  (restart, with these records there already)' : '  (restart)';
  const lines = ticks.flatMap((records, tick) => [
    ...(restartsBefore.includes(tick) ? [restart] : []),
    ...records.map(
      (record, i) => `  ${i === 0 ? `tick ${tick}:` : '       '} ${recordText(record)}`,
    ),
  ]);
  return [settings.join(', '), ...statementsOf(input), ...lines].join('\n');
}

function recordText({ source, key, value, time, header, partition }: RecordSpec): string {
  const keyText = key === null ? `null (partition ${partition})` : valuesText(key);
  const valueText = value === null ? 'null' : typeof value === 'string' ? value : valuesText(value);
  return `${source} ${keyText} => ${valueText} @${time}${header === null ? '' : ` h=${header}`}`;
}

function valuesText(values: readonly Value[]): string {
  return `(${values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(', ')})`;
}
