// Hot path: once per batch.
import type { Env } from '../base/env.ts';
import type { Change } from '../operators/change.ts';
import type { Backlog, Operator } from '../operators/operator.ts';
import type { TaskInput } from './task-input.ts';

/** Where the rows of a step go within the task. */
export type Edge =
  | { readonly kind: 'operator'; readonly stepId: number; readonly input: number }
  | { readonly kind: 'exit'; readonly exit: Exit };

/** Rows that leave the task: into a sink, to another task, or to a client. */
export interface Exit {
  write(changes: readonly Change[], partition: number): void;
}

/** How far a task may go in one tick. Shared by the tasks of a query. */
export interface WorkLimit {
  /** -Infinity: nothing more at all, not even what a round has begun. */
  recordsLeft: number;
  /** Monotonic time, ms. Only looked at once rows were taken: reading them may take longer than a query's share. */
  readonly deadline: number;
  hasTaken: boolean;
}

/** What all tasks of a query do before any of them reads on. */
export interface Round {
  /** Up to this event time everything is known that the sources hold: no row beyond it is taken. */
  readonly horizon: number;
  /**
   * Whether it goes on beyond the limit: rows of several tasks that meet somewhere, and be it in another query, are merged
   * by event time, and those of one partition must not come a tick earlier than those of another.
   */
  readonly isWhole: boolean;
}

/** Whether the work of the tick is done, though there may be input left. */
export function isOver(limit: WorkLimit, clock: Env['clock']): boolean {
  return limit.recordsLeft <= 0 || (limit.hasTaken && clock.monotonic() >= limit.deadline);
}

/** Brings the state an operator named into memory. Without a promise when it is there. */
export function loadStates(operator: Pick<Operator, 'states'>): Promise<void> | undefined {
  let loading: Promise<void> | undefined;
  for (const state of operator.states) {
    if (!state.needsLoad) continue;
    loading = loading === undefined ? state.load() : loading.then(() => state.load());
  }
  return loading;
}

const BATCH_MAX = 4096;
/** What a backlog emits before a tick takes new rows, behind rows that caused it, and when a tick ends. */
const BACKLOG_MAX = 10_000;
const YIELD_AFTER_MS = 2;

/** Runs the operators of one sub-topology for one partition. */
export class Task {
  readonly partition: number;
  readonly inputs: readonly TaskInput[];
  readonly operators: ReadonlyMap<number, Operator>;
  readonly #edges: ReadonlyMap<number, readonly Edge[]>;
  readonly #clock: Env['clock'];
  /** Those that come before further rows. */
  readonly #backlogsNext: readonly Backlog[];

  constructor(options: {
    partition: number;
    inputs: readonly TaskInput[];
    /** By step id, in step order. */
    operators: ReadonlyMap<number, Operator>;
    edges: ReadonlyMap<number, readonly Edge[]>;
    clock: Env['clock'];
  }) {
    this.partition = options.partition;
    this.inputs = options.inputs;
    this.operators = options.operators;
    this.#edges = options.edges;
    this.#clock = options.clock;
    this.#backlogsNext = [...options.operators.values()].flatMap(({ backlog }) =>
      backlog?.isNext === true ? [backlog] : [],
    );
  }

  /** Brings the heads of all inputs into memory. */
  async fill(): Promise<void> {
    for (const input of this.inputs) {
      const filling = input.fill();
      if (filling !== undefined) await filling;
    }
  }

  /** Up to which event time the rows of all inputs are known; after `fill`. */
  horizon(rowsMax: number): number {
    let horizon = Infinity;
    for (const input of this.inputs) horizon = Math.min(horizon, input.horizon(rowsMax));
    return horizon;
  }

  /** Whether rows wait that must not outlive the tick; after `fill`. */
  get mustDrain(): boolean {
    return this.inputs.some((input) => input.mustDrain && input.headTime() !== null);
  }

  /**
   * Processes the rows in memory up to the horizon, or until the limit is reached. The input whose head has the
   * smallest event time goes first, ties in the order of inputs. Rows of hand-overs do not count, and go on over the
   * limit; other inputs then are taken from only as far as such rows wait behind them.
   */
  async process(limit: WorkLimit, round: Round): Promise<void> {
    let yieldedAt = this.#clock.monotonic();
    for (;;) {
      const next = this.#nextInput(limit, round);
      if (next === null) return;
      const isFree = next.input.mustDrain || round.isWhole;
      const countMax = isFree ? BATCH_MAX : Math.min(BATCH_MAX, limit.recordsLeft);
      const batch = next.input.take(next.timeMax, Math.max(1, countMax));
      if (!next.input.mustDrain) limit.recordsLeft -= batch.length;
      limit.hasTaken = true;
      const running = this.#run(next.input.stepId, batch);
      if (running !== undefined) await running;
      if (this.#backlogsNext.some(({ isEmpty }) => !isEmpty)) limit.recordsLeft = -Infinity;
      if (this.#clock.monotonic() - yieldedAt > YIELD_AFTER_MS) {
        await this.#clock.yield();
        yieldedAt = this.#clock.monotonic();
      }
    }
  }

  /** The input to take from, and up to which event time before another one's turn comes. */
  #nextInput(limit: WorkLimit, round: Round): { input: TaskInput; timeMax: number } | null {
    const isDone = round.isWhole ? limit.recordsLeft === -Infinity : isOver(limit, this.#clock);
    if (isDone && !this.mustDrain) return null;
    const { inputs } = this;
    let best: TaskInput | null = null;
    let bestTime = Infinity;
    for (const input of inputs) {
      const time = input.headTime();
      if (time !== null && time <= round.horizon && (best === null || time < bestTime)) {
        best = input;
        bestTime = time;
      }
    }
    if (best === null) return null;
    let timeMax = round.horizon;
    let beforeBest = true;
    for (const input of inputs) {
      if (input === best) {
        beforeBest = false;
        continue;
      }
      const time = input.headTime();
      // An earlier input wins a tie, so the later one stops one millisecond before it.
      if (time !== null) timeMax = Math.min(timeMax, beforeBest ? time - 1 : time);
    }
    return { input: best, timeMax };
  }

  /** Sends rows of a step on through everything behind it. Without a promise unless state has to be loaded. */
  #run(stepId: number, changes: readonly Change[]): void | Promise<void> {
    if (changes.length === 0) return;
    const edges = this.#edges.get(stepId) ?? [];
    let pending: Promise<void> | undefined;
    for (const edge of edges) {
      if (pending === undefined) {
        const result = this.#send(edge, changes);
        if (result !== undefined) pending = result;
      } else {
        pending = pending.then(() => this.#send(edge, changes));
      }
    }
    return pending;
  }

  #send(edge: Edge, changes: readonly Change[]): void | Promise<void> {
    if (edge.kind === 'exit') {
      edge.exit.write(changes, this.partition);
      return;
    }
    const operator = this.operators.get(edge.stepId) as Operator;
    if (operator.prepare !== undefined) {
      operator.prepare(changes, edge.input);
      const loading = loadStates(operator);
      if (loading !== undefined) {
        return loading.then(() => this.#operate(operator, edge, changes));
      }
    }
    return this.#operate(operator, edge, changes);
  }

  #operate(
    operator: Operator,
    edge: { stepId: number; input: number },
    changes: readonly Change[],
  ): void | Promise<void> {
    const out: Change[] = [];
    const { backlog } = operator;
    const wasEmpty = backlog?.isEmpty === true;
    operator.process(changes, edge.input, out);
    const running = this.#run(edge.stepId, out);
    if (backlog?.isNext !== true || !wasEmpty || backlog.isEmpty) return running;
    const emit = (): Promise<void> => this.#emit(edge.stepId, { backlog, operator });
    return running === undefined ? emit() : running.then(emit);
  }

  /** Emits what waits from an earlier tick in the backlogs of operators, in step order, up to a bound. */
  async emitBacklogs(): Promise<void> {
    for (const [stepId, operator] of this.operators) {
      const { backlog } = operator;
      if (backlog !== undefined) await this.#emit(stepId, { backlog, operator });
    }
  }

  /**
   * The same at the end of the tick, for backlogs that do not come before further rows; what cannot wait goes over the
   * bound.
   * @param now the wall clock, for what is due without rows; null to emit only what waits already.
   */
  async emitLastBacklogs(now: number | null): Promise<void> {
    for (const [stepId, operator] of this.operators) {
      const { backlog } = operator;
      if (backlog === undefined || backlog.isNext) continue;
      if (now !== null && (backlog.dueAt?.() ?? Infinity) <= now) backlog.onDue?.();
      await this.#emit(stepId, { backlog, operator });
    }
  }

  async #emit(
    stepId: number,
    { backlog, operator }: { backlog: Backlog; operator: Operator },
  ): Promise<void> {
    let left = BACKLOG_MAX;
    let yieldedAt = this.#clock.monotonic();
    while (!backlog.isEmpty && (left > 0 || backlog.isUrgent)) {
      backlog.prepareNext();
      const loading = loadStates(operator);
      if (loading !== undefined) await loading;
      const out: Change[] = [];
      backlog.emitNext(out);
      left -= out.length;
      const running = this.#run(stepId, out);
      if (running !== undefined) await running;
      if (this.#clock.monotonic() - yieldedAt > YIELD_AFTER_MS) {
        await this.#clock.yield();
        yieldedAt = this.#clock.monotonic();
      }
    }
  }

  /** Lets every operator emit what it held back, in step order, through everything behind it. */
  async flush(): Promise<void> {
    for (const [stepId, operator] of this.operators) {
      if (operator.flush === undefined) continue;
      let yieldedAt = this.#clock.monotonic();
      for (const changes of operator.flush()) {
        const running = this.#run(stepId, changes);
        if (running !== undefined) await running;
        if (this.#clock.monotonic() - yieldedAt > YIELD_AFTER_MS) {
          await this.#clock.yield();
          yieldedAt = this.#clock.monotonic();
        }
      }
    }
  }
}
