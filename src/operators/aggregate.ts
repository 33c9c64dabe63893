import { assert } from '../base/assert.ts';
import { AggregateFinal } from './aggregate-final.ts';
import { AggregateFinalSessions } from './aggregate-final-sessions.ts';
import { AggregateSessions } from './aggregate-sessions.ts';
import type { AggregateStep, AggregateWindow } from './aggregate-step.ts';
import { AggregateUpdates } from './aggregate-updates.ts';
import { Aggregation } from './aggregation.ts';
import { finalKeyTypes } from './final-key.ts';
import type { OperatorDefinition, StateSpec } from './operator.ts';
import { sessionLayout, sessionsType } from './sessions.ts';

/** Aggregates per key and window; what runs it depends on the kind of window. */
export const aggregate: OperatorDefinition<AggregateStep> = {
  kind: 'Aggregate',
  explain: ({ aggregates, window, final }) => {
    const calls = aggregates.map((spec) => spec.function).join(', ');
    const emit = final === undefined ? '' : ' EMIT FINAL';
    return window === null ? calls : `${calls} WINDOW ${explainWindow(window)}${emit}`;
  },
  states: (step) => [stateOf(step)],
  create(step, context) {
    const { window, final: emission } = step;
    if (emission !== undefined) {
      assert(window !== null, 'only windows have final results');
      return window.kind === 'SESSION'
        ? new AggregateFinalSessions(step, { window, emission }, context)
        : new AggregateFinal(step, { window, emission }, context);
    }
    switch (window?.kind) {
      case undefined:
      case 'TUMBLING':
      case 'HOPPING':
        return new AggregateUpdates(step, window, context);
      case 'SESSION':
        return new AggregateSessions(step, window, context);
    }
  },
};

function explainWindow(window: AggregateWindow): string {
  const { kind, sizeMs } = window;
  return kind === 'HOPPING'
    ? `${kind} ${sizeMs} MS ADVANCE BY ${window.advanceMs} MS`
    : `${kind} ${sizeMs} MS`;
}

/** One row for each key and time window, or for each key and time bucket of sessions. */
function stateOf({ schema, aggregates, window, final }: AggregateStep): StateSpec {
  const keyTypes =
    final === undefined ? schema.keys.map((column) => column.type) : finalKeyTypes(schema.keys);
  const { stateTypes } = new Aggregation(aggregates);
  if (window?.kind === 'SESSION') {
    return { keyTypes, valueTypes: [sessionsType(stateTypes)], window: sessionLayout(window) };
  }
  if (window === null || final === undefined) return { keyTypes, valueTypes: stateTypes, window };
  const { sizeMs, retentionMs, advanceMs: bucketMs = sizeMs } = window;
  return { keyTypes, valueTypes: stateTypes, window: { sizeMs, retentionMs, bucketMs } };
}
