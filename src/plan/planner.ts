import type {
  AggregateCall,
  AnalyzedQuery,
  LogicalAggregate,
  LogicalFlatMap,
  LogicalNode,
  LogicalPartitionBy,
  LogicalProject,
  LogicalSource,
} from '../analyze/logical-plan.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Source } from '../catalog/source.ts';
import type { Expression } from '../expressions/expression.ts';
import type { FormatSpec } from '../formats/format.ts';
import {
  type AggregateConstants,
  type CollectionLimits,
  UNLIMITED,
} from '../functions/aggregate.ts';
import { aggregateFunction } from '../functions/resolve.ts';
import type { FinalEmission } from '../operators/aggregate-step.ts';
import type { AggregateSpec } from '../operators/aggregation.ts';
import { type Column, columnsOf, type RowSchema } from '../sql/schema.ts';
import { neededColumns, needsBefore, needsPlace, withoutUnusedColumns } from './columns-used.ts';
import type { OnInvalidTime, PhysicalPlan, ResultColumn, Step } from './physical-plan.ts';
import {
  formatForKey,
  isKeyOf,
  type NewStep,
  type PlanBuilder,
  type Planned,
} from './plan-builder.ts';
import { isForeignKeyJoin, planJoin } from './plan-join.ts';

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
  const selected = planner.add(query.root);
  const schema = query.root.schema;
  const root = sink === null ? selected : planner.keepJoined(query, selected, sink.name);
  if (sink !== null) planner.push({ kind: 'Sink', inputs: [root.id], schema, sink });
  else planner.push({ kind: 'Result', inputs: [root.id], schema, output: resultColumns(query) });
  const plan = withoutUnusedColumns({
    version: 1,
    result: query.result,
    steps: planner.steps,
  });
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
  if (step.kind === 'Materialize' && needsPlace(plan, step)) return { ...step, keepsPlace: true };
  return step;
}

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
    // Joined rows call their key otherwise than the column that stands for it.
    return index < keys.length && expression.name === name ? { kind: 'key', index } : null;
  }
  if (expression?.kind !== 'pseudo') return null;
  if (expression.column === 'WINDOWSTART') return { kind: 'windowStart' };
  return expression.column === 'WINDOWEND' ? { kind: 'windowEnd' } : null;
}

class Planner implements PlanBuilder {
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
        return node.result === 'table' ? this.#table(node) : this.source(node);
      case 'filter': {
        const input = this.#changesOf(node.input);
        const { schema, predicate } = node;
        const inputs = [input.id];
        const id =
          node.result === 'table'
            ? this.push({
                kind: 'FilterTable',
                inputs,
                schema,
                predicate,
                clause: node.clause,
                ...(isForeignKeyJoin(node.input) ? { knowsBefore: false } : {}),
              })
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
        return planJoin(node, this);
      case 'project':
        return this.#project(node);
    }
  }

  source(node: LogicalSource): Planned {
    const { source, schema } = node;
    const needed = columnsOf(schema).map(() => true);
    const id = this.push({ kind: 'Source', inputs: [], schema, source, needed });
    return { id, schema, keyFormat: source.keyFormat, partitionCount: source.partitionCount };
  }

  /** A client that only watches a table needs no rows from before; a persistent query answers pulls from them. */
  #table(node: LogicalSource): Planned {
    return this.#transient ? this.source(node) : this.#materialized(node);
  }

  /** The rows of a node with what they were before, for steps that need to know. */
  #changesOf(node: LogicalNode): Planned {
    return node.kind === 'source' && node.result === 'table'
      ? this.#materialized(node)
      : this.add(node);
  }

  /** The same for a step that takes the earlier row out of what it keeps: it must know exactly. */
  #exactChangesOf(node: LogicalNode): Planned {
    const input = this.#changesOf(node);
    if (!isForeignKeyJoin(node)) return input;
    const { schema } = input;
    const inputs = [input.id];
    return { ...input, id: this.push({ kind: 'Materialize', inputs, schema, table: 'JOINED' }) };
  }

  #materialized(node: LogicalSource): Planned {
    const input = this.source(node);
    const { schema, source } = node;
    const id = this.push({ kind: 'Materialize', inputs: [input.id], schema, table: source.name });
    return { ...input, id };
  }

  /** The result of joined tables is kept, so that pull queries can be answered from it. */
  keepJoined(query: AnalyzedQuery, input: Planned, table: string): Planned {
    const last = this.steps.findLast(({ kind }) => kind !== 'Select' && kind !== 'FilterTable');
    const isJoined = last?.kind === 'JoinTableTable' || last?.kind === 'JoinForeignKeyResult';
    if (query.result === 'stream' || !isJoined) return input;
    const { schema } = input;
    return { ...input, id: this.push({ kind: 'Materialize', inputs: [input.id], schema, table }) };
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
    const pieces = this.#transient ? {} : ({ inPieces: true } as const);
    const id = this.push({ kind: 'FlatMap', inputs: [input.id], schema, calls, ...pieces });
    return { ...input, id, schema };
  }

  #aggregate(node: LogicalAggregate): Planned {
    const input = this.#exactChangesOf(node.input);
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
    const regrouped =
      input.schema.window === null && isKeyOf(keys, input.schema)
        ? rekeyed
        : this.#repartition(rekeyed, null);
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
