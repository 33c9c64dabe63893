import type { Env } from '../../src/base/env.ts';
import { type Database, openDatabase } from '../../src/database.ts';
import { SeededRandom } from './random.ts';
import { type CrashLeaves, SimulatedDisk } from './simulated-disk.ts';
import { SimulatedStore } from './simulated-store.ts';
import { VirtualClock } from './virtual-clock.ts';

const DIRECTORY = '/data';
/** Real turns of the event loop that a step of a workload may take; more is a hang. */
const TURNS_MAX = 20_000;
/** After so many turns it may be waiting for the clock, which then moves on with each turn. */
const IDLE_TURNS = 20;
const IDLE_STEP_MS = 10;

/**
 * A machine in memory that runs a database: its disk, its store of state, its clock. What a seed decides happens the
 * same way each time.
 */
export class Machine {
  readonly disk: SimulatedDisk;
  readonly store: SimulatedStore;
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  #database: Database | null = null;
  #fatal: unknown = null;
  #life = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.disk = new SimulatedDisk(seed + 1);
    this.store = new SimulatedStore(new SeededRandom(seed + 2));
  }

  /** What stopped the database of this life; null while it goes on. */
  get fatal(): unknown {
    return this.#fatal;
  }

  get database(): Database {
    if (this.#database === null) throw new Error('no database runs');
    return this.#database;
  }

  /** Starts a process with the database. */
  async start(): Promise<Database> {
    this.#fatal = null;
    const life = ++this.#life;
    const random = new SeededRandom(this.random.below(2 ** 31));
    const env: Env = {
      clock: this.clock,
      random: {
        integer: () => random.below(2 ** 48),
        uuid: () => `00000000-0000-4000-8000-${String(random.below(1e12)).padStart(12, '0')}`,
      },
      files: this.disk.files,
    };
    this.#database = await openDatabase({
      directory: DIRECTORY,
      env,
      openStore: async () => this.store.open(),
      onFatal: (error) => {
        // What is left of a process that was killed may still fall over.
        if (life === this.#life) this.#fatal = error ?? new Error('unknown');
      },
    });
    return this.#database;
  }

  /** SIGKILL as the process begins its nth operation on the disk from now on. */
  killAt(operation: number): void {
    this.disk.killAt(operation, () => {
      this.#fatal ??= new Error('killed');
      this.store.killProcess();
      this.clock.forgetTimers();
    });
  }

  /** SIGKILL: the process is gone, what the system saw stays. */
  kill(): void {
    this.disk.killProcess();
    this.store.killProcess();
    this.clock.forgetTimers();
    this.#database = null;
  }

  /** SIGKILL and the power with it. */
  cutPower(leaves: CrashLeaves): void {
    this.kill();
    this.disk.cutPower(leaves);
  }

  /** Lets the database work until the promise settles, moving the clock on while it waits. */
  async until<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false };
    const done = work.finally(() => {
      state.settled = true;
    });
    done.catch(() => {});
    for (let turn = 0; !state.settled; turn++) {
      if (turn > TURNS_MAX) throw new Error('the database hangs');
      await new Promise((resolve) => setImmediate(resolve));
      if (turn > IDLE_TURNS) this.clock.advance(IDLE_STEP_MS);
    }
    return done;
  }
}
