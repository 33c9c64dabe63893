import type { Source } from '../../src/catalog/source.ts';
import { printExpression } from '../../src/expressions/print.ts';
import type { PhysicalPlan, Step } from '../../src/plan/physical-plan.ts';
import { planQuery } from '../../src/plan/planner.ts';
import { analyze, source } from '../analyze/fixture.ts';

/** The plan of a push query over the catalog of the analyzer's tests. */
export function planTransient(sql: string): PhysicalPlan {
  return planQuery(analyze(sql), null);
}

/** The plan of a persistent query that writes the given source, which need not fit its columns. */
export function planPersistent(sql: string, sink: Source = SINK): PhysicalPlan {
  return planQuery(analyze(sql, 'persistent'), sink);
}

const SINK = source('STREAM', 'SINK', { keys: {}, values: {} });

/** One line per step: its id, what it does, and in parentheses the ids it takes rows from. */
export function linesOf(plan: PhysicalPlan): string[] {
  return plan.steps.map((step) => {
    const inputs = step.inputs.length === 0 ? '' : ` (${step.inputs.join(', ')})`;
    return `${step.id} ${textOf(step)}${inputs}`;
  });
}

function textOf(step: Step): string {
  switch (step.kind) {
    case 'Source':
      return `Source ${step.source.name}`;
    case 'Repartition':
      return `Repartition by ${step.keyFormat.name} into ${step.partitionCount}`;
    case 'FilterStream':
    case 'FilterTable':
      return `${step.kind} ${printExpression(step.predicate)}`;
    case 'GroupBy':
    case 'PartitionBy':
      return `${step.kind} ${step.keys.map(printExpression).join(', ')}`;
    case 'Aggregate':
      return `Aggregate ${step.aggregates.map((call) => call.function).join(', ')}`;
    case 'JoinStreamStream':
      return `${step.type} JoinStreamStream ${step.stream}`;
    case 'JoinForeignKey':
    case 'JoinStreamTable':
    case 'JoinTableTable':
      return `${step.type} ${step.kind} ${step.table}`;
    default:
      return step.kind;
  }
}
