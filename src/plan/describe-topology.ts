import { isOperatorStep, statesOf } from '../operators/index.ts';
import { consumersOf, type PhysicalPlan, type Step } from './physical-plan.ts';
import { subTopologies } from './sub-topologies.ts';

/**
 * A plan as the graph that runs, for EXPLAIN: the steps of each sub-topology, what feeds them and whom they feed. Rows
 * are handed over from one sub-topology to the next by key.
 */
export function describeTopology(plan: PhysicalPlan): string {
  const lines = ['Topologies:'];
  for (const [index, { steps }] of subTopologies(plan).entries()) {
    lines.push(`   Sub-topology: ${index}`);
    for (const step of steps) lines.push(...linesOf(plan, step));
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(plan: PhysicalPlan, step: Step): string[] {
  const targets = consumersOf(plan, step.id).map((consumer) => nameOf(consumer.step));
  const origins = step.inputs.map((id) => nameOf(plan.steps[id] as Step));
  return [
    `    ${roleOf(step)}`,
    `      --> ${targets.join(', ') || 'none'}`,
    ...(origins.length === 0 ? [] : [`      <-- ${origins.join(', ')}`]),
  ];
}

function roleOf(step: Step): string {
  const name = nameOf(step);
  switch (step.kind) {
    case 'Source':
      return `Source: ${name} (topics: [${step.source.topic}])`;
    case 'Sink':
      return `Sink: ${name} (topic: ${step.sink.topic})`;
    case 'Repartition':
      return `Repartition: ${name} (partitions: ${step.partitionCount})`;
    default: {
      const count = isOperatorStep(step) ? statesOf(step).length : 0;
      const stores = Array.from({ length: count }, (_, index) => `${name}-${index}`);
      return `Processor: ${name} (stores: [${stores.join(', ')}])`;
    }
  }
}

function nameOf({ kind, id }: Step): string {
  return `${kind}-${id}`;
}
