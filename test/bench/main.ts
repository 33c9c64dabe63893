/** `npm run bench`: the engine beside loops written by hand, on the same events in the same run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Calibration, calibrate } from './calibration.ts';
import type { LoadResult } from './contenders/load.ts';
import { readEvents, writeEvents } from './events.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import * as report from './report.ts';
import { runLoad } from './run-task.ts';
import { runWorkload, type WorkloadReport } from './throughput.ts';
import { type ColdStartReport, measureColdStart } from './workloads/cold-start.ts';
import { type FormatReport, measureFormats } from './workloads/format-codecs.ts';
import {
  type ConditionReport,
  measureCondition,
  measurePlanning,
  type PlanningReport,
} from './workloads/language.ts';
import { type FlatStateReport, measureFlatState } from './workloads/flat-state.ts';
import { workloads } from './workloads/index.ts';
import { type LatencyReport, measureInsertLatency } from './workloads/insert-latency.ts';
import { measureRestart, type RestartReport } from './workloads/restart.ts';
import { measurePulls, type PullFigures } from './workloads/pull-by-key.ts';
import type { Workload } from './workloads/workload.ts';

/** All figures of a run, as `--json` writes them. */
interface Figures {
  readonly events: number;
  readonly rounds: number;
  readonly calibration: Calibration;
  readonly load: LoadResult | null;
  readonly workloads: readonly WorkloadReport[];
  readonly pulls: readonly PullFigures[] | null;
  readonly formats: readonly FormatReport[] | null;
  readonly planning: PlanningReport | null;
  readonly condition: ConditionReport | null;
  readonly flatState: FlatStateReport | null;
  readonly latency: LatencyReport | null;
  readonly coldStart: ColdStartReport | null;
  readonly restart: RestartReport | null;
}

const NOTES = `H         by hand, in memory: JSON.parse and JSON.stringify or a Map; nothing is kept
HD        by hand, durable but for the sync: H and checksums of input and output, an output file, a
          LevelDB batch of changed state per 1,000 events; no fsync
Millrace  the embedded engine with its default settings, 1 partition: from CREATE ... AS SELECT until
          everything is committed, which includes its fsyncs; the topic is read from the log on disk
Each has its own process and is warmed up with a tenth of the events; medians of the rounds.`;

const options = readOptions();
if (options !== null) {
  const directory = await mkdtemp(join(options.directory, 'millrace-bench-'));
  try {
    const figures = await measure(options, directory);
    if (options.json !== null) {
      await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

function readOptions(): Options | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exitCode = 2;
    return null;
  }
}

async function measure(options: Options, directory: string): Promise<Figures> {
  const { only, events, rounds } = options;
  const eventsPath = join(directory, 'events.ndjson');
  await writeEvents(eventsPath, events);
  const calibration = await calibrate(await readEvents(eventsPath), directory);
  console.log(`${report.formatCalibration(calibration)}\n`);
  const chosen = workloads.filter(({ name }) => [...only].some((measure) => measure === name));
  const throughput = await measureThroughput(chosen, { options, directory, eventsPath });
  const pulls = only.has('W6') ? await measurePulls(join(directory, 'pulls')) : null;
  if (pulls !== null) console.log(`${report.formatPulls(pulls)}\n`);
  const formats = only.has('FORMAT') ? measureFormats() : null;
  if (formats !== null) console.log(`${report.formatFormats(formats)}\n`);
  const planning = only.has('PLAN') ? measurePlanning() : null;
  if (planning !== null) console.log(report.formatPlanning(planning));
  const condition = only.has('WHERE') ? measureCondition() : null;
  if (condition !== null) console.log(report.formatCondition(condition));
  const flatState = only.has('FLAT')
    ? await measureFlatState(join(directory, 'flat'), events)
    : null;
  if (flatState !== null) console.log(report.formatFlatState(flatState));
  const latency = only.has('LAT') ? await measureInsertLatency(join(directory, 'latency')) : null;
  if (latency !== null) console.log(report.formatLatency(latency));
  const coldStart = only.has('START') ? await measureColdStart(directory) : null;
  if (coldStart !== null) console.log(report.formatColdStart(coldStart));
  const restart = only.has('W9') ? await measureRestart(directory, events) : null;
  if (restart !== null) console.log(report.formatRestart(restart));
  return {
    events,
    rounds,
    calibration,
    ...throughput,
    formats,
    planning,
    condition,
    flatState,
    pulls,
    latency,
    coldStart,
    restart,
  };
}

interface ThroughputFigures {
  readonly load: LoadResult | null;
  readonly workloads: readonly WorkloadReport[];
}

async function measureThroughput(
  chosen: readonly Workload[],
  setting: { options: Options; directory: string; eventsPath: string },
): Promise<ThroughputFigures> {
  if (chosen.length === 0) return { load: null, workloads: [] };
  const { options, directory, eventsPath } = setting;
  const { events: eventCount, rounds } = options;
  const loadedDirectory = join(directory, 'loaded');
  const load = await runLoad({ directory: loadedDirectory, eventsPath });
  const loadRate = report.millions(load.eventsPerSecond);
  console.log(
    `${NOTES}\n\nload  ${eventCount} events produced and synced: ${loadRate} M events/s\n`,
  );
  const reports: WorkloadReport[] = [];
  for (const workload of chosen) {
    const run = { directory, loadedDirectory, eventsPath, eventCount, rounds };
    const workloadReport = await runWorkload(workload, run);
    reports.push(workloadReport);
    console.log(`${report.formatWorkload(workloadReport)}\n`);
  }
  return { load, workloads: reports };
}
