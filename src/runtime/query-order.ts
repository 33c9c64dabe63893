import { sourceSteps } from '../plan/physical-plan.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';

interface Planned {
  readonly plan: PhysicalPlan;
}

/**
 * Queries in an order in which each comes after those that write what it reads; otherwise in the order given. Cycles
 * are refused before a query is created; the members of one would keep the order given.
 */
export function inOrderOfDependence<Q extends Planned>(queries: readonly Q[]): Q[] {
  return withDependencies(queries, queries);
}

/** Some queries and all those they read from, directly or not; each after those that write what it reads. */
export function withDependencies<Q extends Planned>(some: readonly Q[], all: readonly Q[]): Q[] {
  const writersOf = new Map<string, Q[]>();
  for (const query of all) {
    const topic = sinkTopic(query.plan);
    if (topic !== null) writersOf.set(topic, [...(writersOf.get(topic) ?? []), query]);
  }
  const ordered = new Set<Q>();
  const visiting = new Set<Q>();
  const visit = (query: Q): void => {
    if (ordered.has(query) || visiting.has(query)) return;
    visiting.add(query);
    for (const { source } of sourceSteps(query.plan)) {
      for (const writer of writersOf.get(source.topic) ?? []) visit(writer);
    }
    ordered.add(query);
  };
  for (const query of some) visit(query);
  return [...ordered];
}

function sinkTopic(plan: PhysicalPlan): string | null {
  const sink = plan.steps.find((step) => step.kind === 'Sink');
  return sink === undefined ? null : sink.sink.topic;
}

/** The ids of the queries that read a topic, directly or through other queries. @param ordered by dependence. */
export function queriesBehind(
  topic: string,
  ordered: readonly (Planned & { readonly id: string })[],
): ReadonlySet<string> {
  const topics = new Set([topic]);
  const ids = new Set<string>();
  for (const { id, plan } of ordered) {
    if (!sourceSteps(plan).some(({ source }) => topics.has(source.topic))) continue;
    ids.add(id);
    for (const step of plan.steps) if (step.kind === 'Sink') topics.add(step.sink.topic);
  }
  return ids;
}
