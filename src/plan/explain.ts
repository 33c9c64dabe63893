import { explainStep } from '../operators/index.ts';
import { formatSchema } from '../sql/schema.ts';
import { type PhysicalPlan, type Step, stepOf } from './physical-plan.ts';

/** The plan as EXPLAIN shows it: one line per step, the sink first, inputs indented below. */
export function explainPlan(plan: PhysicalPlan): string {
  const last = plan.steps.at(-1);
  return last === undefined ? '' : linesOf(plan, last, 0).join('\n');
}

function linesOf(plan: PhysicalPlan, step: Step, depth: number): string[] {
  const line = `${'\t'.repeat(depth)} > [ ${nameOf(step)} ] | Schema: ${formatSchema(step.schema)} | ${detailOf(step)}`;
  return [line, ...step.inputs.flatMap((id) => linesOf(plan, stepOf(plan, id), depth + 1))];
}

/** The step names ksqlDB's execution plans use. */
function nameOf(step: Step): string {
  switch (step.kind) {
    case 'Source':
    case 'Materialize':
      return 'SOURCE';
    case 'FilterStream':
    case 'FilterTable':
    case 'JoinForeignKeyResult':
      return 'FILTER';
    case 'Select':
      return 'PROJECT';
    case 'JoinForeignKeyLeft':
    case 'PartitionBy':
      return 'REKEY';
    case 'FlatMap':
      return 'FLAT_MAP';
    case 'GroupBy':
      return 'GROUP_BY';
    case 'Repartition':
      return 'REPARTITION';
    case 'Aggregate':
      return step.window === null ? 'AGGREGATE' : 'WINDOW_AGGREGATE';
    case 'JoinForeignKey':
    case 'JoinStreamStream':
    case 'JoinStreamTable':
    case 'JoinTableTable':
      return 'JOIN';
    case 'Sink':
    case 'Result':
      return 'SINK';
  }
}

function detailOf(step: Step): string {
  switch (step.kind) {
    case 'Source':
      return `Topic: ${step.source.topic} (partitions: ${step.source.partitionCount})`;
    case 'Repartition':
      return `by key into ${step.partitionCount} partitions`;
    case 'Sink':
      return `Topic: ${step.sink.topic}`;
    case 'Result':
      return 'to the client';
    default:
      return explainStep(step);
  }
}
