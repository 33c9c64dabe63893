import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Logger } from '../../src/base/logger.ts';
import { openDatabase } from '../../src/database.ts';
import { check } from './check.ts';
import { checkRest } from './check-rest.ts';
import type { Message } from './child.ts';
import { unknownFiles } from './data-files.ts';
import { Expectation } from './expectation.ts';
import { type Entry, readJournal } from './journal.ts';
import { leftOverState } from './left-over-state.ts';
import { observe } from './observation.ts';
import { SeededRandom } from './random.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
const KILLS_PER_CHECK = 10;
/** A kill under load comes at most so long after the process said it is ready. */
const LOAD_MS_MAX = 400;
const RECOVERY_SHARE = 0.2;
/** What the first recovery is taken to need, until there are measurements. */
const FIRST_RECOVERY_MS = 200;
/** No run executes more definitions; a query is numbered like the statement that started it. */
const COMMAND_NUMBER_MAX = 5_000;
/** A process that is not ready, or a database that does not settle, within this time is stuck, however busy the machine. */
const STUCK_MS = 120_000;

export interface CrashOptions {
  /** Empty or missing; holds the data directory and the journals afterwards. */
  readonly directory: string;
  /** How often the process is killed. */
  readonly kills: number;
  /** So many of them, the first ones, come before the process is ready for the first time; fewer than `kills`. */
  readonly killsAtStart?: number;
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
 * at the end, at whether it holds what it acknowledged and every view equals what plain loops make of the rows.
 */
export async function runCrashLoop(options: CrashOptions): Promise<CrashReport> {
  const { kills, killsAtStart = 0 } = options;
  const run = new CrashRun(options);
  for (let kill = 1; kill <= kills; kill++) {
    await run.live(kill, phaseOf(kill - killsAtStart));
    const isDue = kill % KILLS_PER_CHECK === 0 || kill === kills;
    if (run.report.violations.length === 0 && isDue) {
      await run.check();
      options.onCheck?.(run.report);
    }
    if (run.report.violations.length > 0) break;
  }
  return run.report;
}

/** When a kill comes; one process has to get ready before others may be kept from it. */
type KillPhase = 'recovery' | 'load' | 'either';

function phaseOf(killAfterStart: number): KillPhase {
  if (killAfterStart < 1) return 'recovery';
  return killAfterStart === 1 ? 'load' : 'either';
}

function isDefinition(entry: Entry): boolean {
  return (entry.act === 'create' || entry.act === 'drop') && entry.phase === 'acknowledged';
}

class CrashRun {
  readonly #dataDirectory: string;
  readonly #directory: string;
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #expectation = new Expectation();
  readonly #recoveryMs: number[] = [];
  readonly #startedAt = performance.now();
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
      attemptedRows: 0,
      acknowledgedRows: 0,
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

  /** One life of the process, from its start to its kill. */
  async live(life: number, phase: KillPhase): Promise<void> {
    const drawn = this.#random.fraction() < RECOVERY_SHARE;
    const inRecovery = phase === 'either' ? drawn : phase === 'recovery';
    const fraction = this.#random.fraction();
    const journal = join(this.#directory, `journal-${life}.jsonl`);
    const child = startChild([this.#dataDirectory, journal, String(life), String(this.#seed)]);
    const wasReady = await this.#killAt(child, { inRecovery, fraction });
    const entries = readJournal(journal);
    this.#expectation.add(entries);
    const { kills, killsInRecovery, definitions } = this.#report;
    this.#report = {
      ...this.#report,
      kills: kills + 1,
      killsInRecovery: killsInRecovery + (wasReady ? 0 : 1),
      attemptedRows: this.#expectation.attempted.size,
      acknowledgedRows: this.#expectation.acknowledged.size,
      definitions: definitions + entries.filter(isDefinition).length,
      recoveryMsMax: Math.max(0, ...this.#recoveryMs),
    };
    if (child.endedByItself !== null) {
      this.#violate([`life ${life}: the process ended by itself: ${child.endedByItself}`]);
    } else if (!wasReady && !inRecovery) {
      this.#violate([`life ${life}: the process was not ready after ${STUCK_MS} ms`]);
    }
  }

  /** @returns whether the process was ready before it was killed. */
  async #killAt(
    child: Child,
    { inRecovery, fraction }: { inRecovery: boolean; fraction: number },
  ): Promise<boolean> {
    const ready = { reached: false };
    await child.reached('opening');
    const openedAt = performance.now();
    const whenReady = child.reached('ready').then((reached) => {
      ready.reached = reached;
      if (reached) this.#recoveryMs.push(performance.now() - openedAt);
    });
    if (inRecovery) {
      await Promise.race([after(fraction * this.#usualRecoveryMs()), child.ended]);
    } else {
      await whenReady;
      if (ready.reached) await Promise.race([after(fraction * LOAD_MS_MAX), child.ended]);
    }
    const wasReady = ready.reached;
    await child.kill();
    return wasReady;
  }

  #usualRecoveryMs(): number {
    const sorted = this.#recoveryMs.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? FIRST_RECOVERY_MS;
  }

  /** Opens the database here and compares what it holds with what it must hold. */
  async check(): Promise<void> {
    const complaints: string[] = [];
    try {
      await Promise.race([this.#compare(complaints), refuseAfter(STUCK_MS)]);
    } catch (error) {
      complaints.push(`the check failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
    this.#report = { ...this.#report, checks: this.#report.checks + 1 };
    this.#violate(complaints);
  }

  async #compare(complaints: string[]): Promise<void> {
    const directory = this.#dataDirectory;
    const database = await openDatabase({
      directory,
      logger: complainingLogger(complaints),
      onFatal: (error) => complaints.push(`the database stopped: ${String(error)}`),
    });
    const observation = await observe(database);
    complaints.push(...(await checkRest(database, observation)));
    await database.close();
    this.#report = { ...this.#report, compactedRecords: observation.compactedRecords };
    complaints.push(...check(observation, this.#expectation));
    complaints.push(...unknownFiles(directory).map((path) => `unknown file ${path}`));
    const leftOver = await leftOverState(directory, {
      queryIds: observation.queries.map(({ id }) => id),
      numberMax: COMMAND_NUMBER_MAX,
    });
    complaints.push(...leftOver.map((what) => `left over in the state store: ${what}`));
  }
}

async function refuseAfter(delayMs: number): Promise<never> {
  await after(delayMs, null, UNREF);
  throw new Error(`the database did not settle, answer and close within ${delayMs} ms`);
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

/** A process under test. */
interface Child {
  /** Resolves with true when the process says so, with false when it ends or takes too long before. */
  reached(message: Message): Promise<boolean>;
  readonly ended: Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** What it had to say, when it did not end by the kill; else null. */
  readonly endedByItself: string | null;
}

function startChild(argv: readonly string[]): Child {
  const child = fork(CHILD, argv, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr?.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const ended = once(child, 'close').then(() => {});
  const messages = new Map<string, PromiseWithResolvers<boolean>>();
  const awaited = (message: string): PromiseWithResolvers<boolean> => {
    const waiting = messages.get(message) ?? Promise.withResolvers<boolean>();
    messages.set(message, waiting);
    return waiting;
  };
  child.on('message', (message) => awaited(String(message)).resolve(true));
  return {
    reached: (message) =>
      Promise.race([
        awaited(message).promise,
        ended.then(() => false),
        after(STUCK_MS, false, UNREF),
      ]),
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    get endedByItself() {
      return ownEnd(child, errors);
    },
  };
}

function ownEnd({ exitCode, signalCode }: ChildProcess, errors: string): string | null {
  if (signalCode === 'SIGKILL' && errors === '') return null;
  return `exit code ${exitCode}, signal ${signalCode}, errors: ${errors}`;
}
