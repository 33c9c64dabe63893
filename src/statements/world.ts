import type { Catalog } from '../catalog/catalog.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import type { SchemaText } from '../schema-registry/schema-registry.ts';

/**
 * What statements are checked against: the catalog and the topics. A request is first played through on such a world,
 * statement by statement, and only then run, so that a mistake in its last statement keeps the first from running.
 */
export interface World {
  readonly catalog: Catalog;
  /** Partition counts by topic name. */
  readonly topics: ReadonlyMap<string, number>;
  /** Number the next durable statement will have. */
  readonly nextNumber: number;
  /** By query id, plans of queries that earlier statements of the request start or replace; the runner has the others. */
  readonly plans: ReadonlyMap<string, PhysicalPlan>;
  /**
   * By subject, the latest schemas that earlier statements of the request register, null where they are removed; the
   * registry has the others.
   */
  readonly subjects: ReadonlyMap<string, SchemaText | null>;
}

/** The world after a statement; what the statement does not touch stays. */
export function changed(world: World, changes: Partial<World>): World {
  return { ...world, ...changes };
}

/** The same topics and one more. */
export function withTopic(world: World, name: string, partitionCount: number): World {
  return changed(world, { topics: new Map(world.topics).set(name, partitionCount) });
}

/** The same plans and one more, or another for that query. */
export function withPlan(world: World, queryId: string, plan: PhysicalPlan): World {
  return changed(world, { plans: new Map(world.plans).set(queryId, plan) });
}

/** The same subjects with these latest schemas, null for those that are gone. */
export function withSubjects(
  world: World,
  subjects: Iterable<readonly [string, SchemaText | null]>,
): World {
  return changed(world, { subjects: new Map([...world.subjects, ...subjects]) });
}
