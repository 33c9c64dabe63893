import { type Located, errorAt } from '../analyze/error-at.ts';
import type { DatabaseError } from '../base/errors.ts';
import type { Source } from '../catalog/source.ts';
import type { PhysicalPlan, Step } from '../plan/physical-plan.ts';
import { type Column, formatSchema } from '../sql/schema.ts';
import { formatType } from '../sql/types.ts';

/**
 * Checks that a source can take the place of another under CREATE OR REPLACE (section 4.4 of the dialect reference):
 * same kind, topic, formats and keys; value columns may only be appended.
 * @throws DatabaseError BAD_STATEMENT saying which property differs.
 */
export function checkSourceUpgrade(old: Source, next: Source, at: Located): void {
  const differ = (property: string, from: string, to: string, detail = ''): DatabaseError =>
    errorAt(
      'BAD_STATEMENT',
      at,
      `Cannot upgrade ${old.name}: its ${property} is ${from} and cannot become ${to}.${detail}`,
    );
  const properties = {
    type: (source: Source) => source.kind,
    topic: (source: Source) => source.topic,
    'key format': (source: Source) => source.keyFormat.name,
    'value format': (source: Source) => source.valueFormat.name,
    'key delimiter': (source: Source) => source.keyFormat.delimiter ?? 'not set',
    'value delimiter': (source: Source) => source.valueFormat.delimiter ?? 'not set',
    window: (source: Source) => JSON.stringify(source.schema.window),
    'timestamp column': (source: Source) => source.timestamp?.column ?? 'not set',
    'timestamp format': (source: Source) => source.timestamp?.format ?? 'not set',
  };
  for (const [property, of] of Object.entries(properties)) {
    if (of(old) !== of(next)) throw differ(property, of(old), of(next));
  }
  const keys = unmatched(old.schema.keys, next.schema.keys);
  const values = unmatched(old.schema.values, next.schema.values);
  const surplus = next.schema.keys.length > old.schema.keys.length;
  if (keys.length === 0 && values.length === 0 && !surplus) return;
  const detail =
    keys.length > 0 || surplus
      ? ` Key columns must be identical; changed, missing or reordered: ${keys.join(', ')}.`
      : ` Changed, missing or reordered columns: ${values.join(', ')}. New columns go at the end.`;
  throw differ('schema', formatSchema(old.schema), formatSchema(next.schema), detail);
}

function unmatched(old: readonly Column[], next: readonly Column[]): string[] {
  return old
    .filter(({ name, type }, index) => {
      const other = next[index];
      return other?.name !== name || formatType(other.type) !== formatType(type);
    })
    .map(({ name, type }) => `\`${name}\` ${formatType(type)}`);
}

/**
 * Checks that a plan can take over the state and offsets of another: only filters and projections may differ.
 * @throws DatabaseError BAD_STATEMENT.
 */
export function checkPlanUpgrade(old: PhysicalPlan, next: PhysicalPlan, at: Located): void {
  const unsupported = unsupportedIn(old) ?? unsupportedIn(next);
  if (unsupported !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `Upgrades not yet supported for ${unsupported}. Create another stream or table instead.`,
    );
  }
  const before = old.steps.filter(fixes).map(essence);
  const after = next.steps.filter(fixes).map(essence);
  const differing = before.findIndex((step, index) => step !== after[index]);
  if (differing < 0 && before.length === after.length) return;
  const step = old.steps.filter(fixes)[Math.max(differing, 0)];
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `Query is not upgradeable: only WHERE, HAVING and the selected expressions may change, but the ${step?.kind ?? 'plan'} step differs. ` +
      'Create another stream or table instead.',
  );
}

/** What of a query the dialect does not let change, nor stay while something else changes; null for none. */
function unsupportedIn({ steps }: PhysicalPlan): string | null {
  const overTable = steps.some(({ kind }) => kind === 'Materialize');
  for (const step of steps) {
    if (step.kind.startsWith('Join')) return 'joins';
    if (step.kind === 'FlatMap') return 'table functions';
    if (step.kind !== 'Aggregate') continue;
    if (step.schema.window !== null) return 'windowed aggregations';
    if (overTable) return 'aggregations of tables';
  }
  return null;
}

function fixes(step: Step): boolean {
  return step.kind !== 'FilterStream' && step.kind !== 'FilterTable' && step.kind !== 'Select';
}

/** The step without what depends on its neighbours. */
function essence(step: Step): string {
  const text = JSON.stringify(step, (name, value: unknown) =>
    ['id', 'inputs', 'needed', 'emitBefore', 'sql', 'sink'].includes(name) ? undefined : value,
  );
  // The schema of a sink may grow; that is checked on the source.
  return step.kind === 'Sink' ? `Sink ${step.sink.topic}` : text;
}
