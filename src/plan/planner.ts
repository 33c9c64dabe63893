import type {
  AggregateCall,
  AnalyzedQuery,
  LogicalAggregate,
  LogicalFlatMap,
  LogicalJoin,
  LogicalNode,
  LogicalPartitionBy,
  LogicalProject,
  LogicalSource,
} from '../analyze/logical-plan.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Source } from '../catalog/source.ts';
import { shiftColumns } from '../expressions/columns.ts';
import type { Expression } from '../expressions/expression.ts';
import type { FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import {
  type AggregateConstants,
  type CollectionLimits,
  UNLIMITED,
} from '../functions/aggregate.ts';
import { aggregateFunction } from '../functions/resolve.ts';
import type { FinalEmission } from '../operators/aggregate-step.ts';
import type { AggregateSpec } from '../operators/aggregation.ts';
import { type Column, columnsOf, type RowSchema } from '../sql/schema.ts';
import { neededColumns, needsBefore } from './columns-used.ts';
import type { OnInvalidTime, PhysicalPlan, ResultColumn, Step } from './physical-plan.ts';

/** Internal repartitions use it where the source's key format cannot hold the key. */
const JSON_KEY: FormatSpec = { name: 'JSON', unwrapped: true };

/** What a session decides about the plans of its queries. */
export interface PlanSettings {
  /** How much aggregates may collect. */
  readonly limits: CollectionLimits;
  /** When final results are emitted; null: not at all, EMIT FINAL is refused. */
  readonly closing: Omit<FinalEmission, 'keyFormat'> | null;
  /** What records without a usable time do; null where the session does not say. */
  readonly invalidTimes?: {
    /** Where a source has a TIMESTAMP column. */
    readonly ofColumn: OnInvalidTime | null;
    /** Where the timestamp of the record counts. */
    readonly ofRecord: OnInvalidTime | null;
  };
}

/** How often closed windows are looked for, ms. */
export const EMIT_INTERVAL_MS = 1_000;

/** The settings of a session that sets none. */
const DEFAULT_SETTINGS: PlanSettings = {
  limits: UNLIMITED,
  closing: { intervalMs: EMIT_INTERVAL_MS, idleMs: null },
};

/**
 * Turns the typed logical plan into steps: repartitions put in where the key changes, tables materialized where their
 * previous row is needed, the columns nobody reads marked.
 *
 * @param sink where a persistent query writes; null for a transient one.
 * @param settings of the session; they become part of the plan.
 * @throws DatabaseError BAD_STATEMENT when inputs of a join are not co-partitioned.
 */
export function planQuery(
  query: AnalyzedQuery,
  sink: Source | null,
  settings: PlanSettings = DEFAULT_SETTINGS,
): PhysicalPlan {
  const planner = new Planner({ transient: sink === null, settings });
  const root = planner.add(query.root);
  const schema = query.root.schema;
  if (sink !== null) planner.push({ kind: 'Sink', inputs: [root.id], schema, sink });
  else planner.push({ kind: 'Result', inputs: [root.id], schema, output: resultColumns(query) });
  const plan: PhysicalPlan = { version: 1, result: query.result, steps: planner.steps };
  return {
    ...plan,
    steps: plan.steps.map((step) => withTimeRule(withUses(plan, step), settings)),
  };
}

function withTimeRule(step: Step, { invalidTimes }: PlanSettings): Step {
  if (step.kind !== 'Source' || invalidTimes === undefined) return step;
  const rule = step.source.timestamp === null ? invalidTimes.ofRecord : invalidTimes.ofColumn;
  return rule === null ? step : { ...step, onInvalidTime: rule };
}

/** Fills in what only the finished plan knows: which columns are read, which results are needed before the change. */
function withUses(plan: PhysicalPlan, step: Step): Step {
  if (step.kind === 'Source') return { ...step, needed: neededColumns(plan, step) };
  if (step.kind === 'Aggregate') return { ...step, emitBefore: needsBefore(plan, step) };
  return step;
}

/** What is known of the rows a step puts out besides their schema. */
interface Planned {
  readonly id: number;
  readonly schema: RowSchema;
  /** How the key is written where it decides a partition. */
  readonly keyFormat: FormatSpec;
  readonly partitionCount: number;
}

type NewStep = Step extends infer S ? (S extends Step ? Omit<S, 'id'> : never) : never;

/** Which columns of a result a deletion can fill: key columns under their own name, and window bounds. */
function resultColumns(query: AnalyzedQuery): ResultColumn[] {
  const { keys, values } = query.root;
  const inputKeys = query.root.input.schema.keys;
  return query.output.map((column) => {
    const expression = [...keys, ...values][column.index]?.expression;
    return { ...column, ofDeletion: deletionValue(expression, column.name, inputKeys) };
  });
}

function deletionValue(
  expression: Expression | undefined,
  name: string,
  keys: readonly Column[],
): ResultColumn['ofDeletion'] {
  if (expression?.kind === 'column') {
    const { index } = expression;
    return keys[index]?.name === name ? { kind: 'key', index } : null;
  }
  if (expression?.kind !== 'pseudo') return null;
  if (expression.column === 'WINDOWSTART') return { kind: 'windowStart' };
  return expression.column === 'WINDOWEND' ? { kind: 'windowEnd' } : null;
}

class Planner {
  readonly steps: Step[] = [];
  readonly #transient: boolean;
  readonly #limits: CollectionLimits;
  readonly #closing: PlanSettings['closing'];

  constructor(options: { readonly transient: boolean; readonly settings: PlanSettings }) {
    this.#transient = options.transient;
    this.#limits = options.settings.limits;
    this.#closing = options.settings.closing;
  }

  push(step: NewStep): number {
    const id = this.steps.length;
    this.steps.push({ ...step, id } as Step);
    return id;
  }

  add(node: LogicalNode): Planned {
    switch (node.kind) {
      case 'source':
        return node.result === 'table' ? this.#table(node) : this.#source(node);
      case 'filter': {
        const input = this.#changesOf(node.input);
        const { schema, predicate } = node;
        const inputs = [input.id];
        const id =
          node.result === 'table'
            ? this.push({ kind: 'FilterTable', inputs, schema, predicate, clause: node.clause })
            : this.push({ kind: 'FilterStream', inputs, schema, predicate });
        return { ...input, id, schema };
      }
      case 'partitionBy':
        return this.#partitionBy(node);
      case 'flatMap':
        return this.#flatMap(node);
      case 'aggregate':
        return this.#aggregate(node);
      case 'join':
        return this.#join(node);
      case 'project':
        return this.#project(node);
    }
  }

  #source(node: LogicalSource): Planned {
    const { source, schema } = node;
    const needed = columnsOf(schema).map(() => true);
    const id = this.push({ kind: 'Source', inputs: [], schema, source, needed });
    return { id, schema, keyFormat: source.keyFormat, partitionCount: source.partitionCount };
  }

  /** A client that only watches a table needs no rows from before; a persistent query answers pulls from them. */
  #table(node: LogicalSource): Planned {
    return this.#transient ? this.#source(node) : this.#materialized(node);
  }

  /** The rows of a node with what they were before, for steps that need to know. */
  #changesOf(node: LogicalNode): Planned {
    return node.kind === 'source' && node.result === 'table'
      ? this.#materialized(node)
      : this.add(node);
  }

  #materialized(node: LogicalSource): Planned {
    const input = this.#source(node);
    const { schema, source } = node;
    const id = this.push({ kind: 'Materialize', inputs: [input.id], schema, table: source.name });
    return { ...input, id };
  }

  #partitionBy(node: LogicalPartitionBy): Planned {
    const input = this.add(node.input);
    const id = this.push({
      kind: 'PartitionBy',
      inputs: [input.id],
      schema: node.schema,
      keys: node.keys.map((key) => key.expression),
      values: node.values.map((value) => value.expression),
      inputKeyCount: input.schema.keys.length,
      inputColumnCount: columnsOf(input.schema).length,
    });
    return { ...input, id, schema: node.schema };
  }

  #flatMap(node: LogicalFlatMap): Planned {
    const input = this.add(node.input);
    const { schema } = node;
    const calls = node.calls.map(({ function: name, arguments: args }) => ({
      function: name,
      arguments: args,
    }));
    const id = this.push({ kind: 'FlatMap', inputs: [input.id], schema, calls });
    return { ...input, id, schema };
  }

  #aggregate(node: LogicalAggregate): Planned {
    const input = this.#changesOf(node.input);
    const keys = node.groupBy.map((key) => key.expression);
    const calls = node.aggregates.flatMap((call) => call.arguments);
    const grouped: RowSchema = {
      keys: node.schema.keys,
      values: calls.map((argument, index): Column => {
        return { name: `KSQL_AGG_ARGUMENT_${index}`, type: argument.type };
      }),
      window: null,
    };
    const rekeyed = {
      ...input,
      schema: grouped,
      id: this.push({
        kind: 'GroupBy',
        inputs: [input.id],
        schema: grouped,
        keys,
        arguments: calls,
      }),
    };
    const regrouped = isKeyOf(keys, input.schema) ? rekeyed : this.#repartition(rekeyed, null);
    let column = grouped.keys.length;
    const aggregates = node.aggregates.map((call): AggregateSpec => {
      const constants = this.#constantsOf(call);
      return {
        function: call.function,
        columns: call.arguments.map(() => column++),
        argumentTypes: [...call.arguments, ...call.literals].map((argument) => argument.type),
        ...(constants === null ? {} : { constants }),
      };
    });
    const { schema, window, isFinal } = node;
    const inputs = [regrouped.id];
    const { keyFormat } = regrouped;
    const id = this.push({
      kind: 'Aggregate',
      inputs,
      schema,
      aggregates,
      window,
      emitBefore: true,
      ...(isFinal ? { final: this.#final(keyFormat) } : {}),
    });
    return { ...regrouped, id, schema };
  }

  #final(keyFormat: FormatSpec): FinalEmission {
    if (this.#closing !== null) return { keyFormat, ...this.#closing };
    throw new DatabaseError(
      'BAD_STATEMENT',
      'Suppression is currently disabled. You can enable it by setting ksql.suppress.enabled to true, or use EMIT CHANGES.',
    );
  }

  /** What a call fixes for all rows; null for nothing. */
  #constantsOf({ function: name, literals }: AggregateCall): AggregateConstants | null {
    const { limit: limitName } = aggregateFunction(name);
    const limit = limitName === undefined ? null : this.#limits[limitName];
    if (literals.length === 0 && limit === null) return null;
    return { literals: literals.map(({ value }) => value), limit };
  }

  /** Without grouping there is one group, and one task for it. */
  #repartition(input: Planned, partitionCount: number | null): Planned {
    const keyFormat = formatForKey(input.keyFormat, input.schema.keys);
    const count = partitionCount ?? (input.schema.keys.length === 0 ? 1 : input.partitionCount);
    const { schema } = input;
    const inputs = [input.id];
    const id = this.push({ kind: 'Repartition', inputs, schema, keyFormat, partitionCount: count });
    return { id, schema, keyFormat, partitionCount: count };
  }

  #join(node: LogicalJoin): Planned {
    assert(node.right.kind === 'source', 'the right side of a stream-table join is a table');
    const left = this.add(node.left);
    const right = this.#source(node.right);
    const keyed = isKeyOf([node.leftKey], left.schema);
    if (keyed && left.partitionCount !== right.partitionCount) {
      throw notCopartitioned(node.left, left, node.right, right);
    }
    const stream = keyed ? left : this.#rekey(left, node.leftKey, right);
    const shift = keyed ? 0 : 1;
    const id = this.push({
      kind: 'JoinStreamTable',
      inputs: [stream.id, right.id],
      schema: node.schema,
      type: node.type,
      table: node.right.source.name,
      columns: node.columns.map(({ side, expression }) => {
        return { side, expression: side === 'left' ? shiftColumns(expression, shift) : expression };
      }),
    });
    return { ...stream, id, schema: node.schema };
  }

  /** Puts the join key in front of the whole row, so that other expressions find their columns one further on. */
  #rekey(input: Planned, key: Expression, right: Planned): Planned {
    const columns = columnsOf(input.schema);
    const schema: RowSchema = {
      keys: [{ name: 'JOIN_KEY', type: key.type }],
      values: columns,
      window: null,
    };
    const id = this.push({
      kind: 'PartitionBy',
      inputs: [input.id],
      schema,
      keys: [key],
      values: columns.map((column, index) => {
        return { kind: 'column', type: column.type, index, name: column.name };
      }),
      inputKeyCount: input.schema.keys.length,
      inputColumnCount: columns.length,
    });
    const rekeyed = { ...input, id, schema, keyFormat: right.keyFormat };
    return this.#repartition(rekeyed, right.partitionCount);
  }

  #project(node: LogicalProject): Planned {
    const input = this.add(node.input);
    const keys = node.keys.map(({ expression, name }) => {
      assert(
        expression.kind === 'column' && expression.index < input.schema.keys.length,
        () => `key column ${name} of a projection is a key column of its input`,
      );
      return expression.index;
    });
    const values = node.values.map((value) => value.expression);
    const { schema } = node;
    const id = this.push({ kind: 'Select', inputs: [input.id], schema, keys, values });
    return { ...input, id, schema };
  }
}

/** Whether the expressions are exactly the key of the rows, in order: its window is part of a windowed one. */
function isKeyOf(expressions: readonly Expression[], schema: RowSchema): boolean {
  return (
    schema.window === null &&
    expressions.length === schema.keys.length &&
    expressions.length > 0 &&
    expressions.every((key, index) => key.kind === 'column' && key.index === index)
  );
}

/** The format of an internal repartition: the source's, unless it cannot hold the key. */
function formatForKey(format: FormatSpec, keys: readonly Column[]): FormatSpec {
  if (format.name !== 'KAFKA' && format.name !== 'NONE') {
    // A format that had several columns to hold does not say how it holds one.
    const unwrapped = format.unwrapped ?? findFormat(format.name).unwrappedByDefault('key');
    return keys.length === 1 ? { ...format, unwrapped } : format;
  }
  const [only] = keys;
  if (keys.length !== 1 || only === undefined) return JSON_KEY;
  switch (only.type.kind) {
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'STRING':
    case 'BYTES':
      return { name: 'KAFKA' };
    default:
      return JSON_KEY;
  }
}

function notCopartitioned(
  left: LogicalNode,
  leftPlan: Planned,
  right: LogicalSource,
  rightPlan: Planned,
): DatabaseError {
  const leftName = left.kind === 'source' ? left.source.name : 'the left side';
  const rightName = right.source.name;
  return new DatabaseError(
    'BAD_STATEMENT',
    `Can't join ${leftName} with ${rightName}: they have different numbers of partitions (${leftName}: ${leftPlan.partitionCount}, ${rightName}: ${rightPlan.partitionCount}), so equal keys do not meet. ` +
      `Copy one of them into a topic with as many partitions: CREATE STREAM ... WITH (PARTITIONS=${rightPlan.partitionCount}) AS SELECT * FROM ${leftName} PARTITION BY ...;`,
  );
}
