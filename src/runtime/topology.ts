import type { Env } from '../base/env.ts';
import { TickAmbient } from '../expressions/ambient.ts';
import type { ErrorSink } from '../expressions/evaluation.ts';
import { createOperator, isOperatorStep, statesOf } from '../operators/index.ts';
import type { Backlog, Operator, StateSpec } from '../operators/operator.ts';
import {
  consumersOf,
  type PhysicalPlan,
  type RepartitionStep,
  type SourceStep,
  type Step,
  stepOf,
} from '../plan/physical-plan.ts';
import { inputOrder, type SubTopology, subTopologies } from '../plan/sub-topologies.ts';
import type { Row } from '../sql/types.ts';
import type { StateTable } from '../state/state-table.ts';
import { Handover } from './handover.ts';
import type { UnreadableRecord } from './problem.ts';
import type { SourceReader } from './source-reader.ts';
import { HandoverInput, SourceInput, type TaskInput } from './task-input.ts';
import { type Edge, type Exit, isOver, type Round, Task, type WorkLimit } from './task.ts';

/** Taken by all tasks of a query in one round, about, unless told otherwise; more would hold up the queries that others wait for. */
const ROUND_ROWS = 8_192;

export interface TopologyOptions {
  readonly plan: PhysicalPlan;
  readonly clock: Env['clock'];
  readonly errors: ErrorSink;
  /** Of its random numbers; differs from query to query. */
  readonly seed: string;
  readonly merge: boolean;
  readonly onLate: () => void;
  /** Rows taken in one round, about. */
  readonly roundRows?: number | undefined;
  /** Where the rows of the last step go. */
  readonly output: Exit;
  reader(step: SourceStep, partition: number): SourceReader;
  /** Offset to begin at. */
  position(step: SourceStep, partition: number): number;
  /** The table for the `index`th of the specs of a step. */
  state(options: StateOptions): StateTable<Row, Row>;
  /** The event times a step's operator kept, as they were saved; undefined for none. */
  times(step: Step, partition: number): readonly number[] | undefined;
}

/** Which table of state is wanted. */
export interface StateOptions {
  readonly step: Step;
  /** Among the tables of the step. */
  readonly index: number;
  readonly spec: StateSpec;
  readonly partition: number;
  /** No window of the table starts later: the highest event time its operator has seen; -1 for none. */
  readonly windowStartMax: number;
}

/**
 * A running query: the tasks of all its sub-topologies. Rows are handed over between sub-topologies within a tick.
 * Whoever runs it (the tick, or a transient query) calls begin, process, flush, then seals or abandons the state.
 */
export class Topology {
  readonly sources: readonly SourceInput[];
  readonly states: readonly StateTable<Row, Row>[];
  readonly #clock: Env['clock'];
  readonly #roundRows: number;
  readonly #ambient: TickAmbient;
  readonly #groups: readonly (readonly Task[])[];
  readonly #tasks: readonly Task[];
  readonly #handovers: readonly HandoverInput[];
  #saved: { positions: number[]; times: number[][] } | null = null;
  readonly #timed: readonly TimedOperator[];
  readonly #operators: readonly Operator[];
  readonly #backlogs: readonly Backlog[];
  readonly #tickTime: { now: number };

  constructor(options: TopologyOptions) {
    const builder = new Builder(options);
    this.#clock = options.clock;
    this.#roundRows = options.roundRows ?? ROUND_ROWS;
    this.#ambient = builder.ambient;
    this.#groups = subTopologies(options.plan).map((group) => builder.tasksOf(group));
    this.#tasks = this.#groups.flat();
    this.sources = builder.sources;
    this.states = builder.states;
    this.#handovers = [...builder.handovers.values()].flat();
    this.#timed = builder.timed;
    this.#operators = builder.operators;
    this.#backlogs = builder.operators.flatMap(({ backlog }) => backlog ?? []);
    this.#tickTime = builder.tickTime;
  }

  /** Whether there is something to do: records to process, or results that wait, or windows that close by the clock. */
  hasWork(now: number): boolean {
    return this.hasInput || this.#holdsBack || this.dueAt() <= now;
  }

  /** The wall clock from which on there is something to do without input, ms; Infinity for never. */
  dueAt(): number {
    let due = Infinity;
    for (const backlog of this.#backlogs) due = Math.min(due, backlog.dueAt?.() ?? Infinity);
    return due;
  }

  get #holdsBack(): boolean {
    return this.#backlogs.some((backlog) => !backlog.isEmpty);
  }

  /** Whether any source has records that were not processed. */
  get hasInput(): boolean {
    return this.sources.some((source) => source.lag > 0);
  }

  /** How many records of its sources it has still to read. */
  get lag(): number {
    return this.sources.reduce((sum, source) => sum + source.lag, 0);
  }

  /**
   * Begins a tick attempt.
   * @param now the wall clock of the tick, ms since the epoch, as operators shall see it.
   * @param functionNow what functions such as UNIX_TIMESTAMP() shall see, if it is something else.
   */
  begin(tick: number, now: number, functionNow = now): void {
    this.#tickTime.now = now;
    this.#saved = {
      positions: this.sources.map((source) => source.position),
      times: this.#timed.map(({ operator }) => [...operator.times]),
    };
    this.#ambient.beginTick(functionNow);
    for (const state of this.states) state.begin(tick);
  }

  /**
   * Emits what waits from an earlier tick, then processes input up to the limit, in rounds: each takes what is in
   * memory through all sub-topologies, so that rows handed over do not pile up. Within a round all sources advance
   * together in event time: none goes beyond what is known of the others, or a backlog would make their rows look late.
   * Where ticks end must not show either: where there are several sources a tick ends with a round, which is the smaller
   * the less there is room for.
   */
  async process(limit: WorkLimit): Promise<void> {
    for (const task of this.#tasks) await task.emitBacklogs();
    const isHeldUp = this.#holdsBack;
    if (!isHeldUp) await this.#takeRows(limit);
    // What was handed over belongs to this tick, but nothing else any more.
    const over: WorkLimit = { recordsLeft: 0, deadline: -Infinity, hasTaken: true };
    for (const tasks of this.#groups) {
      do await processGroup(tasks, over, { horizon: Infinity, isWhole: false });
      while (tasks.some((task) => task.mustDrain));
      for (const task of tasks) {
        await task.flush();
        if (!isHeldUp) await task.emitLastBacklogs(this.hasInput ? null : this.#tickTime.now);
      }
    }
    for (const backlog of this.#backlogs) backlog.tickEnds();
  }

  async #takeRows(limit: WorkLimit): Promise<void> {
    const isWhole = this.sources.length > 1;
    let position = this.#position;
    for (;;) {
      const rowsMax = Math.max(
        1,
        Math.floor(Math.min(this.#roundRows, limit.recordsLeft) / this.#tasks.length),
      );
      let horizon = Infinity;
      for (const task of this.#tasks) {
        await task.fill();
        horizon = Math.min(horizon, task.horizon(rowsMax));
      }
      for (const tasks of this.#groups) await processGroup(tasks, limit, { horizon, isWhole });
      for (const source of this.sources) limit.recordsLeft -= source.takeSkippedCount();
      if (isOver(limit, this.#clock)) return;
      const last = position;
      position = this.#position;
      // Rows may have to wait for those of another source that cannot be read in this tick.
      if (position === last || !this.hasInput) return;
    }
  }

  /** Grows with every record that was taken or left out. */
  get #position(): number {
    return this.sources.reduce((sum, source) => sum + source.position, 0);
  }

  /** Takes back everything since `begin`. */
  abandon(): void {
    const saved = this.#saved;
    if (saved === null) return;
    this.sources.forEach((source, index) => source.seek(saved.positions[index] as number));
    this.forgetChunks();
    this.#timed.forEach(({ operator }, index) => {
      const times = saved.times[index] ?? [];
      setTimes(operator, times);
      operator.times.length = times.length;
    });
    for (const operator of this.#operators) operator.abandon?.();
    for (const handover of this.#handovers) handover.clear();
    for (const state of this.states) state.abandon();
  }

  /** The records that were left out since the last call because they could not be read. */
  takeUnreadable(): UnreadableRecord[] {
    return this.sources.flatMap((input) => {
      const { source, partition } = input.reader;
      const { index, topic } = partition;
      const place = { source, partition: index, topicId: topic.id };
      return input.takeProblems().map((problem) => ({ ...problem, ...place }));
    });
  }

  /** Lets go of what was read ahead: at the end of a tick. */
  forgetChunks(): void {
    for (const { reader } of this.sources) reader.forgetChunks();
  }

  /** The event times of the operators that keep some, by `state number/partition`. */
  times(numbers: ReadonlyMap<number, number>): Record<string, readonly number[]> {
    return Object.fromEntries(
      this.#timed.map(({ stepId, partition, operator }) => [
        `${numbers.get(stepId)}/${partition}`,
        [...operator.times],
      ]),
    );
  }

  /**
   * Lets go of windows beyond their retention. Only once the tick cannot be taken back any more: an abandoned one
   * would find them gone from memory and not yet in the store.
   */
  expire(): void {
    for (const { state, floor } of this.#floors()) state.expire(floor);
  }

  /** Removes state of expired windows from the store; after a commit. */
  async removeExpired(): Promise<void> {
    for (const { state, floor } of this.#floors()) await state.removeExpired(floor);
  }

  *#floors(): Generator<{ state: StateTable<Row, Row>; floor: number }> {
    for (const { operator } of this.#timed) {
      if (operator.windowFloor === undefined) continue;
      for (const [index, state] of operator.states.entries()) {
        const floor = operator.windowFloor(index);
        if (floor > -Infinity) yield { state, floor };
      }
    }
  }

  /** Gives back the memory of the state. */
  close(): void {
    for (const state of this.states) state.close();
  }
}

async function processGroup(tasks: readonly Task[], limit: WorkLimit, round: Round): Promise<void> {
  for (const task of tasks) await task.fill();
  for (const task of tasks) await task.process(limit, round);
}

/** The table whose topic the rows of a step are those of; null when they are something else. */
function carriedTable(plan: PhysicalPlan, stepId: number): string | null {
  const step = stepOf(plan, stepId);
  if (step.kind === 'Source') return step.source.kind === 'TABLE' ? step.source.name : null;
  const [input] = step.inputs;
  return step.kind === 'Repartition' && input !== undefined ? carriedTable(plan, input) : null;
}

interface TimedOperator {
  readonly stepId: number;
  readonly partition: number;
  readonly operator: Operator & { times: number[] };
}

function keepsTimes(operator: Operator): operator is Operator & { times: number[] } {
  return operator.times !== undefined;
}

function setTimes(operator: { readonly times: number[] }, saved: readonly number[]): void {
  saved.forEach((time, index) => {
    operator.times[index] = time;
  });
}

class Builder {
  readonly sources: SourceInput[] = [];
  readonly states: StateTable<Row, Row>[] = [];
  /** By repartition step: one input for each partition behind it. */
  readonly handovers = new Map<number, HandoverInput[]>();
  readonly timed: TimedOperator[] = [];
  readonly ambient: TickAmbient;
  readonly operators: Operator[] = [];
  readonly tickTime = { now: 0 };
  readonly #options: TopologyOptions;

  constructor(options: TopologyOptions) {
    this.#options = options;
    this.ambient = new TickAmbient(options.seed);
  }

  tasksOf(group: SubTopology): Task[] {
    // Exits are shared by the tasks of the group; a repartition has to know how many tasks feed it.
    const edges = new Map(group.steps.map((step) => [step.id, this.#edgesOf(step, group)]));
    const entered = this.#repartitionsInto(group);
    for (const step of entered) edges.set(step.id, this.#edgesInto(step, group));
    const order = inputOrder(this.#options.plan, group);
    return Array.from({ length: group.partitionCount }, (_, partition) => {
      const inputs: TaskInput[] = [];
      for (const step of group.steps) {
        if (step.kind === 'Source') inputs.push(this.#source(step, partition));
      }
      for (const step of entered) {
        inputs.push(this.handovers.get(step.id)?.[partition] as HandoverInput);
      }
      // Of rows with the same time a table's come first: a stream's row then meets what is known at that moment.
      const isStream = (input: TaskInput): number =>
        carriedTable(this.#options.plan, input.stepId) === null ? 1 : 0;
      inputs.sort(
        (a, b) => isStream(a) - isStream(b) || order.indexOf(a.stepId) - order.indexOf(b.stepId),
      );
      const operators = this.#operatorsOf(group, partition);
      const { clock } = this.#options;
      return new Task({ partition, inputs, operators, edges, clock });
    });
  }

  #source(step: SourceStep, partition: number): SourceInput {
    const source = new SourceInput({
      stepId: step.id,
      reader: this.#options.reader(step, partition),
      position: this.#options.position(step, partition),
    });
    this.sources.push(source);
    return source;
  }

  /** Repartition steps of earlier groups whose rows this group takes. */
  #repartitionsInto(group: SubTopology): RepartitionStep[] {
    const inputs = new Set(group.steps.flatMap((step) => step.inputs));
    return this.#options.plan.steps.filter(
      (step) => step.kind === 'Repartition' && inputs.has(step.id),
    ) as RepartitionStep[];
  }

  #edgesOf(step: Step, group: SubTopology): Edge[] {
    if (step.kind === 'Sink' || step.kind === 'Result') return [];
    if (step.kind === 'Repartition') return [];
    return consumersOf(this.#options.plan, step.id).map(({ step: consumer, input }): Edge => {
      switch (consumer.kind) {
        case 'Sink':
        case 'Result':
          return { kind: 'exit', exit: this.#options.output };
        case 'Repartition':
          return { kind: 'exit', exit: this.#handover(consumer, group.partitionCount) };
        default:
          return { kind: 'operator', stepId: consumer.id, input };
      }
    });
  }

  /** From a repartition to its consumers inside the group behind it. */
  #edgesInto(step: RepartitionStep, group: SubTopology): Edge[] {
    const inside = new Set(group.steps.map(({ id }) => id));
    return consumersOf(this.#options.plan, step.id)
      .filter(({ step: consumer }) => inside.has(consumer.id))
      .map(({ step: consumer, input }) => ({ kind: 'operator', stepId: consumer.id, input }));
  }

  #handover(step: RepartitionStep, fromCount: number): Exit {
    const inputs = Array.from(
      { length: step.partitionCount },
      () => new HandoverInput({ stepId: step.id, fromCount }),
    );
    this.handovers.set(step.id, inputs);
    const table = carriedTable(this.#options.plan, step.id);
    const { errors } = this.#options;
    return new Handover(step, inputs, { table, errors });
  }

  #operatorsOf(group: SubTopology, partition: number): Map<number, Operator> {
    const operators = new Map<number, Operator>();
    for (const step of group.steps) {
      if (!isOperatorStep(step)) continue;
      const times = this.#options.times(step, partition) ?? [];
      const windowStartMax = times[0] ?? -1;
      const states = statesOf(step).map((spec, index) =>
        this.#options.state({ step, index, spec, partition, windowStartMax }),
      );
      const { errors, merge, onLate } = this.#options;
      const { ambient } = this;
      const now = (): number => this.tickTime.now;
      const operator = createOperator(step, { errors, ambient, merge, now, onLate, states });
      this.states.push(...states);
      if (keepsTimes(operator)) {
        setTimes(operator, times);
        this.timed.push({ stepId: step.id, partition, operator });
      }
      operators.set(step.id, operator);
      this.operators.push(operator);
    }
    return operators;
  }
}
