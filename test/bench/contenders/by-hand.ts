import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DurableOutput } from '../durable-output.ts';
import { type Events, firstEvents, readEvents } from '../events.ts';
import { Meter } from '../meter.ts';
import type { Workload } from '../workloads/workload.ts';
import { type ContenderResult, type ContenderTask, WARM_UP_PART } from './contender.ts';

/** Runs the loops written by hand, H and HD, on events in memory. */
export async function runByHand(workload: Workload, task: ContenderTask): Promise<ContenderResult> {
  const events = await readEvents(task.eventsPath);
  const run = task.contender === 'HD' ? runDurable : runInMemory;
  const options = { workload, directory: task.directory };
  await run(firstEvents(events, events.count * WARM_UP_PART), options);
  return run(events, options);
}

interface RunOptions {
  readonly workload: Workload;
  readonly directory: string;
}

async function runInMemory(events: Events, { workload }: RunOptions): Promise<ContenderResult> {
  const meter = new Meter();
  const figures = workload.handWritten(events, meter);
  return { ...meter.stop(events.count), figures };
}

async function runDurable(
  events: Events,
  { workload, directory }: RunOptions,
): Promise<ContenderResult> {
  const own = join(directory, String(events.count));
  await mkdir(own);
  const output = await DurableOutput.open(own);
  const meter = new Meter();
  const figures = await workload.durable(events, meter, output);
  const measurement = meter.stop(events.count);
  await output.close();
  return { ...measurement, figures };
}
