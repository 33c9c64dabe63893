import type { Case, Pace, RecordSpec, Value } from './case.ts';
import { statementsOf } from './sql.ts';

/** A case for reading: what is created, what is written, when the database is restarted. */
export function describeCase(input: Case): string {
  const { partitionCount, merge, evict, emitIntervalMs, pace, ticks, restartsBefore } = input;
  const settings = [
    `${partitionCount} partition${partitionCount === 1 ? '' : 's'}`,
    ...(emitIntervalMs > 0 ? [`closed windows looked for once in ${emitIntervalMs} ms`] : []),
    ...(merge ? ['changes merged'] : []),
    ...(evict ? ['state evicted after each tick'] : []),
    ...(pace === null ? [] : [paceText(pace)]),
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

function paceText({ roundRows, chunkRows, tickRecords, isHurried }: Pace): string {
  const bound = tickRecords === null ? '' : `, ticks of ${tickRecords} records`;
  return `rounds of ${roundRows} rows, chunks of ${chunkRows}${bound}${isHurried ? ', hurried' : ''}`;
}

function recordText({ source, key, value, time, header, partition }: RecordSpec): string {
  const keyText = key === null ? `null (partition ${partition})` : valuesText(key);
  const valueText = value === null ? 'null' : typeof value === 'string' ? value : valuesText(value);
  return `${source} ${keyText} => ${valueText} @${time}${header === null ? '' : ` h=${header}`}`;
}

function valuesText(values: readonly Value[]): string {
  return `(${values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(', ')})`;
}
