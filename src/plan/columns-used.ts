import { columnsRead, readsPlace } from '../expressions/columns.ts';
import type { Expression } from '../expressions/expression.ts';
import type { AggregateStep } from '../operators/aggregate-step.ts';
import type { JoinForeignKeyLeftStep } from '../operators/join-foreign-key-left.ts';
import type { MaterializeStep } from '../operators/materialize.ts';
import { columnsOf } from '../sql/schema.ts';
import { consumersOf, type PhysicalPlan, type SourceStep, type Step } from './physical-plan.ts';

/**
 * Which columns of a source any step reads, by index. Key columns always count: they decide partitions and
 * identify table rows.
 */
export function neededColumns(plan: PhysicalPlan, source: SourceStep): boolean[] {
  const needed = usedColumns(plan, source);
  if (source.source.timestamp !== null) {
    const { column } = source.source.timestamp;
    needed[columnsOf(source.schema).findIndex(({ name }) => name === column)] = true;
  }
  return needed;
}

/** Which columns of the rows of a step any other step reads, by index; its key columns always count. */
function usedColumns(plan: PhysicalPlan, from: Step): boolean[] {
  const used = columnsOf(from.schema).map((_, index) => index < from.schema.keys.length);
  const mark = (expressions: readonly Expression[]) => {
    for (const expression of expressions) {
      for (const index of columnsRead(expression).indexes) {
        // Behind the columns of the step stand those of table functions.
        if (index < used.length) used[index] = true;
      }
    }
  };
  // Follows the rows until a step builds rows of its own.
  const pending: Step[] = [from];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const { step: consumer, input } of consumersOf(plan, step.id)) {
      mark(expressionsOver(consumer, input));
      if (passesRowsOn(consumer)) pending.push(consumer);
      if (consumer.kind === 'Sink' || consumer.kind === 'Result') used.fill(true);
    }
  }
  return used;
}

/**
 * The plan with NULL in place of the columns of joined and re-keyed rows that nobody reads: they are neither decoded
 * nor computed nor kept.
 */
export function withoutUnusedColumns(plan: PhysicalPlan): PhysicalPlan {
  const steps = [...plan.steps];
  const pruned = { ...plan, steps };
  // What a step uses is known once those behind it are done.
  for (const step of plan.steps.toReversed()) {
    const isUsed = usedColumns(pruned, step).slice(step.schema.keys.length);
    switch (step.kind) {
      case 'PartitionBy':
        steps[step.id] = {
          ...step,
          values: step.values.map((e, i) => (isUsed[i] ? e : nullOf(e))),
        };
        break;
      case 'JoinStreamStream':
      case 'JoinStreamTable':
      case 'JoinTableTable':
      case 'JoinForeignKey': {
        const columns = step.columns.map((column, index) => {
          const { side, expression } = column;
          return isUsed[index] ? column : { side, expression: nullOf(expression) };
        });
        steps[step.id] = { ...step, columns };
        break;
      }
      case 'JoinForeignKeyLeft': {
        // Its messages go to the join, which says what it needs of the left side.
        const left = leftColumnsOf(pruned, step);
        steps[step.id] = { ...step, columns: left };
        break;
      }
      default:
    }
  }
  return pruned;
}

function nullOf({ type }: Expression): Expression {
  return { kind: 'literal', type, value: null };
}

/** What the join behind the left side of a foreign-key join takes from it. */
function leftColumnsOf(plan: PhysicalPlan, left: JoinForeignKeyLeftStep): readonly Expression[] {
  const pending: Step[] = [left];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const { step: consumer } of consumersOf(plan, step.id)) {
      if (consumer.kind === 'JoinForeignKey') {
        return consumer.columns.flatMap(({ side, expression }) =>
          side === 'left' ? [expression] : [],
        );
      }
      pending.push(consumer);
    }
  }
  return left.columns;
}

/** Whether a step behind the aggregate asks for its result before the change. */
export function needsBefore(plan: PhysicalPlan, aggregate: AggregateStep): boolean {
  const pending: Step[] = [aggregate];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const { step: consumer } of consumersOf(plan, step.id)) {
      if (consumer.kind === 'FilterTable' || consumer.kind === 'GroupBy') return true;
      pending.push(consumer);
    }
  }
  return false;
}

/** Whether a step behind the table reads where the record of a row stands, also of one that it keeps. */
export function needsPlace(plan: PhysicalPlan, table: MaterializeStep): boolean {
  const pending: Step[] = [table];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const { step: consumer, input } of consumersOf(plan, step.id)) {
      if (expressionsOver(consumer, input).some(readsPlace)) return true;
      if (passesRowsOn(consumer)) pending.push(consumer);
    }
  }
  return false;
}

function passesRowsOn(step: Step): boolean {
  switch (step.kind) {
    case 'FilterStream':
    case 'FilterTable':
    case 'JoinForeignKeyResult':
    case 'Materialize':
    case 'Repartition':
    case 'FlatMap':
      return true;
    default:
      return false;
  }
}

/** The expressions of a step that are computed over the rows of its input. */
function expressionsOver(step: Step, input: number): readonly Expression[] {
  switch (step.kind) {
    case 'FilterStream':
    case 'FilterTable':
      return [step.predicate];
    case 'Select':
      return step.values;
    case 'PartitionBy':
      return [...step.keys, ...step.values];
    case 'FlatMap':
      return step.calls.flatMap((call) => call.arguments);
    case 'GroupBy':
      return [...step.keys, ...step.arguments];
    case 'JoinForeignKeyLeft':
      return [step.foreignKey, ...step.columns];
    case 'JoinForeignKey':
      // Its input 0 are messages, which no source reads.
      return input === 0
        ? []
        : step.columns.flatMap((c) => (c.side === 'right' ? [c.expression] : []));
    case 'JoinStreamStream':
    case 'JoinStreamTable':
    case 'JoinTableTable': {
      const side = input === 0 ? 'left' : 'right';
      return step.columns.filter((c) => c.side === side).map((c) => c.expression);
    }
    case 'Source':
    case 'Materialize':
    case 'Aggregate':
    case 'JoinForeignKeyResult':
    case 'Repartition':
    case 'Sink':
    case 'Result':
      return [];
  }
}
