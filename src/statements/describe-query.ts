import type { QueryDescription } from '../api/entities.ts';
import type { QueryInfo } from '../catalog/catalog.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { sourceSteps } from '../plan/physical-plan.ts';
import { describeTopology } from '../plan/describe-topology.ts';
import { explainPlan } from '../plan/explain.ts';
import type { SchemaWait } from '../runtime/schema-fetcher.ts';
import type { Services } from './executor.ts';
import { fieldsOf } from './fields.ts';
import { type Overrides } from './session-properties.ts';

/** A plan that is not running, as EXPLAIN of a statement shows it. */
export function describePlan(
  plan: PhysicalPlan,
  { sql, overrides, transient }: { sql: string; overrides: Overrides; transient: boolean },
): QueryDescription {
  const last = plan.steps.at(-1);
  const fields = last === undefined ? [] : fieldsOf(last.schema);
  return {
    id: '',
    statementText: sql,
    windowType: last?.schema.window?.kind ?? null,
    // A client gets the selected columns only; the key is among them if it was selected.
    fields: transient ? fields.filter(({ type }) => type !== 'KEY') : fields,
    sources: sourceSteps(plan).map(({ source }) => source.name),
    sinks: last?.kind === 'Sink' ? [last.sink.name] : [],
    topology: plan.steps.length === 0 ? '' : describeTopology(plan),
    executionPlan: explainPlan(plan),
    overriddenProperties: Object.fromEntries(overrides),
    ksqlHostQueryStatus: {},
    queryType: transient ? 'PUSH' : 'PERSISTENT',
    queryErrors: [],
    tasksMetadata: [],
    consumerGroupId: '',
    state: null,
  };
}

/** A persistent query of the catalog. */
export function describeQuery(
  query: QueryInfo,
  { services, overrides }: { services: Services; overrides: Overrides },
): QueryDescription {
  const running = services.runner.query(query.id);
  if (running === undefined) return describeFailed(query, { services, overrides });
  const { plan, state, waitsFor } = running;
  const error = running.error ?? (waitsFor === null ? null : describeWait(waitsFor));
  const described = describePlan(plan, { sql: query.sql, overrides, transient: false });
  const failures = error === null ? [] : [{ errorMessage: error, type: 'SYSTEM' as const }];
  const records = services.processingLog.recent(query.id);
  return {
    ...described,
    id: query.id,
    queryErrors: [
      ...failures.map((failure) => ({ timestamp: services.clock.now(), ...failure })),
      ...records.map(({ time, message }) => {
        return { timestamp: time, errorMessage: message, type: 'USER' as const };
      }),
    ],
    consumerGroupId: query.id,
    state,
  };
}

/** It goes on by itself. */
function describeWait({ id, problem }: SchemaWait): string {
  return `The query waits for the schema ${id} of a record${problem === null ? '.' : `: ${problem} It is asked for again and again.`}`;
}

/** A query that recovery could not start: there is no plan to show, only the reason. */
function describeFailed(
  query: QueryInfo,
  { services, overrides }: { services: Services; overrides: Overrides },
): QueryDescription {
  const plan: PhysicalPlan = { version: 1, result: 'stream', steps: [] };
  const errorMessage = services.runner.failure(query.id) ?? 'it was not started';
  return {
    ...describePlan(plan, { sql: query.sql, overrides, transient: false }),
    id: query.id,
    sources: query.reads,
    sinks: query.writes === null ? [] : [query.writes],
    queryErrors: [{ timestamp: services.clock.now(), errorMessage, type: 'SYSTEM' }],
    consumerGroupId: query.id,
    state: 'ERROR',
  };
}
