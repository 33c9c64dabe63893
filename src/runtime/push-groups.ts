import type { Env } from '../base/env.ts';
import type { Topic } from '../log/log.ts';
import { isOperatorStep, statesOf } from '../operators/index.ts';
import { type PhysicalPlan, type SourceStep, sourceSteps } from '../plan/physical-plan.ts';
import { isRandom } from '../plan/random-plan.ts';
import { PushGroup, type PushMember } from './push-group.ts';
import type { TransientReading } from './transient-reading.ts';

/** A query that is this close to the end of the log begins a group, or joins one. */
const LIVE_LAG_RECORDS = 1_000;

/** Push queries that can share what they read, by what they ask. */
export class PushGroups {
  readonly #clock: Env['clock'];
  readonly #groups = new Map<string, PushGroup>();

  constructor(clock: Env['clock']) {
    this.#clock = clock;
  }

  /** How many there are. */
  get count(): number {
    return this.#groups.size;
  }

  /**
   * Joins the group of those that ask the same, which begins with the first of them.
   * @param options.position where the query stands.
   * @param options.begin gives a reading that stands there, if a group begins.
   * @returns null as long as the query has to catch up by itself.
   */
  join(options: {
    readonly key: string;
    readonly topic: Topic;
    readonly position: readonly number[];
    readonly begin: () => TransientReading;
  }): PushMember | null {
    const { key, topic, position, begin } = options;
    const group = this.#groups.get(key);
    if (group !== undefined) {
      const member = group.join(position);
      // A group that nobody asks for rows does not move: those who do begin another.
      if (member !== null || !group.isFarBehind(position)) return member;
    }
    if (lagOf(topic, position) > LIVE_LAG_RECORDS) return null;
    const begun = new PushGroup({
      reading: begin(),
      topicId: topic.id,
      clock: this.#clock,
      onEnd: () => {
        if (this.#groups.get(key) === begun) this.#groups.delete(key);
      },
    });
    group?.retire();
    this.#groups.set(key, begun);
    return begun.join(position);
  }
}

function lagOf({ partitions }: Topic, position: readonly number[]): number {
  let lag = 0;
  for (const [index, offset] of position.entries()) {
    lag += Math.max(0, (partitions[index]?.stableEndOffset ?? 0) - offset);
  }
  return lag;
}

/**
 * The one source of a plan whose runs can be shared: what comes of a record depends on nothing but the record. Null for
 * plans that keep state, read several sources or call for random numbers.
 */
export function sharedSource(plan: PhysicalPlan): SourceStep | null {
  const [source, ...others] = sourceSteps(plan);
  if (source === undefined || others.length > 0) return null;
  const keepsState = plan.steps.some((step) => isOperatorStep(step) && statesOf(step).length > 0);
  return keepsState || isRandom(plan) ? null : source;
}

/** What queries have in common that can share a group. */
export function groupKey(
  plan: PhysicalPlan,
  { topic, follows }: { readonly topic: Topic; readonly follows: boolean },
): string {
  return JSON.stringify([topic.id, follows, plan]);
}
