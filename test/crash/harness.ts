import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Logger } from '../../src/base/logger.ts';
import { openDatabase } from '../../src/database.ts';
import { STUCK_MS } from '../hang-report.ts';
import { check } from './check.ts';
import { checkRest } from './check-rest.ts';
import { unknownFiles } from './data-files.ts';
import { Expectation } from './expectation.ts';
import { type Entry, readJournal } from './journal.ts';
import { leftOverState } from './left-over-state.ts';
import { observe } from './observation.ts';
import { type Child, startChild } from './process-under-test.ts';
import { SeededRandom } from './random.ts';
import { type Life, lives } from './schedule.ts';

/** A kill under load comes at most so long after the process said it is ready. */
const LOAD_MS_MAX = 400;
const RECOVERY_SHARE = 0.2;
/** Shown of a process that is stuck. */
const LAST_ACTS = 5;
/** What the first recovery, or clearing, is taken to need, until there are measurements. */
const FIRST_RECOVERY_MS = 200;
const FIRST_CLEARING_MS = 1_000;
/** No run executes more definitions; a query is numbered like the statement that started it. */
const COMMAND_NUMBER_MAX = 5_000;

export interface CrashOptions {
  /** Empty or missing; holds the data directory and the journals afterwards. */
  readonly directory: string;
  /** How often the process is killed. */
  readonly kills: number;
  /** So many of them, the first ones, come before the process is ready for the first time; fewer than `kills`. */
  readonly killsAtStart?: number;
  /** After so many it begins anew. */
  readonly killsPerEra?: number;
  /** Decides when; the same seed gives the same schedule. */
  readonly seed: number;
  /** Told after each check how it stands. */
  readonly onCheck?: (report: CrashReport) => void;
}

export interface CrashReport {
  readonly seed: number;
  readonly kills: number;
  /** Of these, the ones before the process was ready. */
  readonly killsInRecovery: number;
  readonly attemptedRows: number;
  readonly acknowledgedRows: number;
  /** And the ones that kept a process from dropping everything. */
  readonly killsInClearing: number;
  /** How often everything was dropped, and how often the directory was replaced by a fresh one. */
  readonly clearings: number;
  readonly freshDirectories: number;
  /** Sources created and dropped under load, acknowledged. */
  readonly definitions: number;
  readonly checks: number;
  /** Records of compacted topics that were superseded and removed. */
  readonly compactedRecords: number;
  /** The whole run, up to now. */
  readonly seconds: number;
  /** The longest time from the start of recovery to ready, ms. */
  readonly recoveryMsMax: number;
  /** What is wrong, as sentences. The run ends with the first check that finds something. */
  readonly violations: readonly string[];
}

/**
 * Starts a database that writes as fast as it can, kills it, starts it again, and so on; and looks every ten kills, and
 * at the end, at whether it holds what it acknowledged and every view equals what plain loops make of the rows. After
 * each era, which is so many kills, it begins anew, so that a run does not get slower: see `schedule.ts`.
 */
export async function runCrashLoop(options: CrashOptions): Promise<CrashReport> {
  const run = new CrashRun(options);
  for (const life of lives(options)) {
    if (life.begins !== null) run.begin(life.begins);
    await run.live(life);
    if (run.report.violations.length === 0 && life.isChecked) {
      await run.check();
      options.onCheck?.(run.report);
    }
    if (run.report.violations.length > 0) break;
  }
  return run.report;
}

function isDefinition(entry: Entry): boolean {
  return (entry.act === 'create' || entry.act === 'drop') && entry.phase === 'acknowledged';
}

/** The median, or `firstMs` without measurements. */
function usualMs(times: readonly number[], firstMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? firstMs;
}

class CrashRun {
  readonly #directory: string;
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #expectation = new Expectation();
  readonly #recoveryMs: number[] = [];
  /** The same for processes that drop everything before they are ready. */
  readonly #clearingMs: number[] = [];
  readonly #startedAt = performance.now();
  #dataDirectory: string;
  #journals: string[] = [];
  /** Everything shall be dropped, and no process came to the end of it so far. */
  #isClearing = false;
  /** Of eras that are over. */
  #compactedBefore = 0;
  #report: CrashReport;

  constructor({ directory, seed }: CrashOptions) {
    this.#directory = directory;
    this.#dataDirectory = join(directory, 'data');
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
    this.#report = {
      seed,
      kills: 0,
      killsInRecovery: 0,
      killsInClearing: 0,
      attemptedRows: 0,
      acknowledgedRows: 0,
      clearings: 0,
      freshDirectories: 0,
      definitions: 0,
      checks: 0,
      compactedRecords: 0,
      seconds: 0,
      recoveryMsMax: 0,
      violations: [],
    };
    mkdirSync(directory, { recursive: true });
  }

  get report(): CrashReport {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1_000);
    return { ...this.#report, seconds };
  }

  #violate(violations: readonly string[]): void {
    this.#report = {
      ...this.#report,
      violations: [...this.#report.violations, ...violations],
    };
  }

  /** A new era, after all of the one before was found right. */
  begin(era: NonNullable<Life['begins']>): void {
    for (const journal of this.#journals) rmSync(journal, { force: true });
    this.#journals = [];
    const { clearings, freshDirectories, compactedRecords } = this.#report;
    this.#compactedBefore = compactedRecords;
    if (era === 'clearing') {
      this.#isClearing = true;
      this.#report = { ...this.#report, clearings: clearings + 1 };
      return;
    }
    rmSync(this.#dataDirectory, { recursive: true });
    this.#expectation.clear();
    this.#dataDirectory = join(this.#directory, `data-${freshDirectories + 1}`);
    this.#report = { ...this.#report, freshDirectories: freshDirectories + 1 };
  }

  /** One life of the process, from its start to its kill. */
  async live({ number: life, phase }: Life): Promise<void> {
    const drawn = this.#random.fraction() < RECOVERY_SHARE;
    const inRecovery = phase === 'either' ? drawn : phase === 'recovery';
    const fraction = this.#random.fraction();
    const journal = join(this.#directory, `journal-${life}.jsonl`);
    this.#journals.push(journal);
    const argv = [this.#dataDirectory, journal, String(life), String(this.#seed)];
    if (this.#isClearing) argv.push('clear');
    const child = startChild(argv);
    const { wasReady, hang } = await this.#killAt(child, { inRecovery, fraction });
    const entries = readJournal(journal);
    this.#expectation.add(entries);
    if (entries.some(({ act }) => act === 'cleared')) this.#isClearing = false;
    const { kills, killsInRecovery, killsInClearing, definitions } = this.#report;
    this.#report = {
      ...this.#report,
      kills: kills + 1,
      killsInRecovery: killsInRecovery + (wasReady ? 0 : 1),
      killsInClearing: killsInClearing + (this.#isClearing ? 1 : 0),
      attemptedRows: this.#expectation.rowCounts.attempted,
      acknowledgedRows: this.#expectation.rowCounts.acknowledged,
      definitions: definitions + entries.filter(isDefinition).length,
      recoveryMsMax: Math.max(0, ...this.#recoveryMs),
    };
    if (hang !== null) {
      const acts = entries.slice(-LAST_ACTS).map((entry) => JSON.stringify(entry));
      this.#violate([
        `life ${life}: the process was not ready after ${STUCK_MS} ms\n${hang}\nIts last acts: ${acts.join(' ')}`,
      ]);
    } else if (child.endedByItself !== null) {
      this.#violate([`life ${life}: the process ended by itself: ${child.endedByItself}`]);
    }
  }

  /** @returns whether the process was ready before it was killed; and when it should have been, what it did instead. */
  async #killAt(
    child: Child,
    { inRecovery, fraction }: { inRecovery: boolean; fraction: number },
  ): Promise<{ wasReady: boolean; hang: string | null }> {
    const ready = { reached: false };
    const times = this.#isClearing ? this.#clearingMs : this.#recoveryMs;
    const firstMs = this.#isClearing ? FIRST_CLEARING_MS : FIRST_RECOVERY_MS;
    await child.reached('opening');
    const openedAt = performance.now();
    const whenReady = child.reached('ready').then((reached) => {
      ready.reached = reached;
      if (reached) times.push(performance.now() - openedAt);
    });
    if (inRecovery) {
      await Promise.race([after(fraction * usualMs(times, firstMs)), child.ended]);
    } else {
      await whenReady;
      if (ready.reached) await Promise.race([after(fraction * LOAD_MS_MAX), child.ended]);
    }
    const wasReady = ready.reached;
    const hang = inRecovery || wasReady ? null : await child.explain();
    await child.kill();
    return { wasReady, hang };
  }

  /** Opens the database here and compares what it holds with what it must hold. */
  async check(): Promise<void> {
    const complaints: string[] = [];
    try {
      const phase = { name: 'opening' };
      await Promise.race([this.#compare(complaints, phase), refuseAfter(STUCK_MS, phase)]);
    } catch (error) {
      complaints.push(`the check failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
    this.#report = { ...this.#report, checks: this.#report.checks + 1 };
    this.#violate(complaints);
  }

  /** @param phase told what comes next. */
  async #compare(complaints: string[], phase: { name: string }): Promise<void> {
    const directory = this.#dataDirectory;
    const database = await openDatabase({
      directory,
      logger: complainingLogger(complaints),
      onFatal: (error) => complaints.push(`the database stopped: ${String(error)}`),
    });
    phase.name = 'settling';
    await database.settled();
    phase.name = 'reading';
    const observation = await observe(database);
    phase.name = 'reading over REST';
    complaints.push(...(await checkRest(database, observation)));
    phase.name = 'closing';
    await database.close();
    phase.name = 'comparing';
    const compactedRecords = this.#compactedBefore + observation.compactedRecords;
    this.#report = { ...this.#report, compactedRecords };
    complaints.push(...check(observation, this.#expectation));
    complaints.push(...unknownFiles(directory).map((path) => `unknown file ${path}`));
    const leftOver = await leftOverState(directory, {
      queryIds: observation.queries.map(({ id }) => id),
      numberMax: COMMAND_NUMBER_MAX,
    });
    complaints.push(...leftOver.map((what) => `left over in the state store: ${what}`));
  }
}

async function refuseAfter(delayMs: number, phase: { readonly name: string }): Promise<never> {
  await after(delayMs, null, UNREF);
  throw new Error(
    `the database did not settle, answer and close within ${delayMs} ms: it is ${phase.name}`,
  );
}

const UNREF = { ref: false };

/**
 * An engine that lives through kills has nothing to warn about but torn tails, which are what kills leave, topics of a
 * weak durability, and the records that the workload makes unreadable for SHORT.
 */
function complainingLogger(complaints: string[]): Logger {
  const complain = (fields: object, message: string): void => {
    const isExpected =
      'quarantine' in fields ||
      'durability' in fields ||
      ('origin' in fields && fields.origin === 'SHORT');
    if (!isExpected) complaints.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug() {}, info() {}, warn: complain, error: complain };
}
