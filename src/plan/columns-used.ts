import { columnsRead } from '../expressions/columns.ts';
import type { Expression } from '../expressions/expression.ts';
import type { AggregateStep } from '../operators/aggregate-step.ts';
import { columnsOf } from '../sql/schema.ts';
import { consumersOf, type PhysicalPlan, type SourceStep, type Step } from './physical-plan.ts';

/**
 * Which columns of a source any step reads, by index. Key columns always count: they decide partitions and
 * identify table rows.
 */
export function neededColumns(plan: PhysicalPlan, source: SourceStep): boolean[] {
  const columns = columnsOf(source.schema);
  const needed = columns.map((_, index) => index < source.schema.keys.length);
  const mark = (expressions: readonly Expression[]) => {
    for (const expression of expressions) {
      for (const index of columnsRead(expression).indexes) {
        // Behind the columns of the source stand those of table functions.
        if (index < needed.length) needed[index] = true;
      }
    }
  };
  if (source.source.timestamp !== null) {
    const { column } = source.source.timestamp;
    needed[columns.findIndex(({ name }) => name === column)] = true;
  }
  // Follows the rows until a step builds rows of its own.
  const pending: Step[] = [source];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const { step: consumer, input } of consumersOf(plan, step.id)) {
      mark(expressionsOver(consumer, input));
      if (passesRowsOn(consumer)) pending.push(consumer);
      if (consumer.kind === 'Sink' || consumer.kind === 'Result') needed.fill(true);
    }
  }
  return needed;
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

function passesRowsOn(step: Step): boolean {
  switch (step.kind) {
    case 'FilterStream':
    case 'FilterTable':
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
