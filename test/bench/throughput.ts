import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type ContenderName, type ContenderResult, CONTENDERS } from './contenders/contender.ts';
import { median } from './meter.ts';
import { runContender } from './run-task.ts';
import type { Figures, Workload } from './workloads/workload.ts';

export interface ThroughputOptions {
  /** For the directories of the runs; each is removed after its run. */
  readonly directory: string;
  /** A database with the loaded topics; every run of the engine gets a copy. */
  readonly loadedDirectory: string;
  readonly eventsPath: string;
  readonly eventCount: number;
  readonly rounds: number;
}

export interface ContenderReport {
  readonly contender: ContenderName;
  /** Medians over the rounds, as those of fifths, processor time and memory are, each for itself. */
  readonly eventsPerSecond: number;
  readonly fifths: readonly number[];
  readonly processorSeconds: number;
  readonly peakBytes: number;
  /** Medians of the ratios within one round. */
  readonly ratioToH: number;
  readonly ratioToHD: number;
  /** Of each round. */
  readonly rates: readonly number[];
}

export interface WorkloadReport {
  readonly workload: string;
  readonly title: string;
  readonly figures: Figures;
  readonly contenders: readonly ContenderReport[];
}

type Round = Readonly<Record<ContenderName, ContenderResult>>;

/**
 * Runs every contender once a round, one after the other, each in its own process.
 * @throws Error when two contenders find different figures.
 */
export async function runWorkload(
  workload: Workload,
  options: ThroughputOptions,
): Promise<WorkloadReport> {
  const rounds: Round[] = [];
  for (let i = 0; i < options.rounds; i++) {
    rounds.push({
      H: await runOnce(workload, 'H', options),
      HD: await runOnce(workload, 'HD', options),
      Millrace: await runOnce(workload, 'Millrace', options),
    });
  }
  return {
    workload: workload.name,
    title: workload.title,
    figures: commonFigures(workload, rounds),
    contenders: CONTENDERS.map((contender) => reportOf(contender, rounds)),
  };
}

async function runOnce(
  workload: Workload,
  contender: ContenderName,
  options: ThroughputOptions,
): Promise<ContenderResult> {
  const { eventsPath, eventCount } = options;
  const directory = join(options.directory, `${workload.name}-${contender}`);
  if (contender === 'Millrace') await cp(options.loadedDirectory, directory, { recursive: true });
  else await mkdir(directory);
  try {
    const task = { contender, workload: workload.name, directory, eventsPath, eventCount };
    return await runContender(task);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function commonFigures(workload: Workload, rounds: readonly Round[]): Figures {
  const expected = rounds[0]!.H.figures;
  for (const round of rounds) {
    for (const contender of CONTENDERS) {
      const { figures } = round[contender];
      if (isDeepStrictEqual(figures, expected)) continue;
      throw new Error(
        `${workload.name}: ${contender} found ${JSON.stringify(figures)}, H ${JSON.stringify(expected)}`,
      );
    }
  }
  return expected;
}

function reportOf(contender: ContenderName, rounds: readonly Round[]): ContenderReport {
  const results = rounds.map((round) => round[contender]);
  const ratioTo = (other: ContenderName): number =>
    median(rounds.map((round) => round[contender].eventsPerSecond / round[other].eventsPerSecond));
  return {
    contender,
    eventsPerSecond: median(results.map((result) => result.eventsPerSecond)),
    fifths: results[0]!.fifths.map((_, i) => median(results.map(({ fifths }) => fifths[i]!))),
    processorSeconds: median(results.map((result) => result.processorSeconds)),
    peakBytes: median(results.map((result) => result.peakBytes)),
    ratioToH: ratioTo('H'),
    ratioToHD: ratioTo('HD'),
    rates: results.map((result) => result.eventsPerSecond),
  };
}
