import { resolve } from 'node:path';
import { reportProblems, type Command, type Surroundings } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { write } from '../output.ts';
import type { Settings } from '../settings.ts';
import { safeLine } from '../text.ts';

/** `millrace log`: looks into the files of a log, without a server. */
export const log: Command = {
  name: 'log',
  usage: 'millrace log dump FILE... | millrace log verify DIR',
  summary: 'shows what segment files hold, or checks all of a data directory, offline',
  flags: [{ name: 'records', summary: 'dump: show the records too, one JSON text a line' }],

  async run(settings, surroundings) {
    const [action, ...paths] = settings.positionals;
    if (action !== 'dump' && action !== 'verify') {
      settings.refuse(`Say "dump" or "verify"; found "${action ?? ''}".`);
    } else if (paths.length === 0) {
      settings.refuse(action === 'dump' ? 'Name a segment file.' : 'Name a data directory.');
    }
    if (settings.problems.length > 0) {
      reportProblems(log, settings, surroundings);
      return EXIT.CONFIGURATION;
    }
    try {
      if (action === 'dump') return await dump(paths, settings, surroundings);
      return await verify(paths, surroundings);
    } catch (error) {
      surroundings.errors.write(`${(error as Error).message}\n`);
      return EXIT.FAILED;
    }
  },
};

async function dump(
  paths: readonly string[],
  settings: Settings,
  { output, errors }: Surroundings,
): Promise<number> {
  const { inspectSegment } = await import('../log-files.ts');
  let exitCode: number = EXIT.OK;
  for (const path of paths) {
    await write(output, `${path}\n`);
    const summary = await inspectSegment(resolve(path), {
      batch: (batch) => {
        const { position, bytes, baseOffset, lastOffset, records, timestamp } = batch;
        const producer =
          batch.producerId < 0
            ? ''
            : ` producer ${batch.producerId} epoch ${batch.producerEpoch} sequence ${batch.baseSequence}`;
        output.write(
          `  byte ${position}: offsets ${baseOffset}-${lastOffset}, ${records} records, ${bytes} bytes, ${batch.compression}, ${batch.kind}, up to time ${timestamp}${producer}\n`,
        );
      },
      ...(settings.has('records')
        ? {
            record: ({ offset, timestamp, key, value }) => {
              const record = {
                offset,
                timestamp,
                key: key === null ? null : key.toString(),
                value: value === null ? null : value.toString(),
              };
              output.write(`    ${safeLine(JSON.stringify(record))}\n`);
            },
          }
        : {}),
    });
    const { batches, records, bytes, damage } = summary;
    await write(output, `  ${batches} batches, ${records} records, ${bytes} bytes\n`);
    if (damage === null) continue;
    errors.write(`${damage}\n`);
    exitCode = EXIT.FAILED;
  }
  return exitCode;
}

async function verify(
  directories: readonly string[],
  { output, errors }: Surroundings,
): Promise<number> {
  const { findPartitions, verifyPartition } = await import('../log-files.ts');
  let exitCode: number = EXIT.OK;
  for (const directory of directories) {
    let partitions = 0;
    let records = 0;
    let bytes = 0;
    let problems = 0;
    for (const partition of await findPartitions(resolve(directory))) {
      const found = await verifyPartition(partition);
      partitions++;
      records += found.records;
      bytes += found.bytes;
      problems += found.problems.length;
      for (const problem of found.problems) errors.write(`${problem}\n`);
    }
    const verdict = problems === 0 ? 'all is well' : `${problems} problems`;
    await write(
      output,
      `${directory}: ${partitions} partitions, ${records} records, ${bytes} bytes: ${verdict}\n`,
    );
    if (problems > 0) exitCode = EXIT.FAILED;
  }
  return exitCode;
}
