import type { ExpressionNode, QueryNode } from '../../grammar/ast.ts';
import type { PullPlan } from '../analyze/pull.ts';
import { ALL_WINDOWS } from '../analyze/window-bounds.ts';
import { coerceStrictly } from '../analyze/strict-coercion.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PersistentQuery } from '../runtime/persistent-query.ts';
import type { PreparedPull } from '../runtime/prepared-pull.ts';
import type { Column } from '../sql/schema.ts';
import { BIGINT, INTEGER, type Row, STRING, type Value } from '../sql/types.ts';
import { pullTemplate, type PullTemplate, type TemplateLiteral } from './pull-template.ts';
import type { SessionProperties } from './session-properties.ts';

const PLANS_MAX = 1000;
const INTEGER_MAX = 2 ** 31 - 1;

/** A pull query that can be run without being parsed and planned again. */
export interface PullPlanEntry {
  readonly prepared: PreparedPull;
  readonly plan: PullPlan;
  readonly writer: PersistentQuery;
  readonly properties: SessionProperties;
  /** Of the sources it reads. */
  readonly topics: readonly string[];
}

interface Remembered extends PullPlanEntry {
  /** What it was planned against. */
  readonly catalog: Catalog;
  /** For each key column the literal that gives its value; null when the plan is for these very literals. */
  readonly keyLiterals: readonly KeyLiteral[] | null;
}

interface KeyLiteral {
  readonly column: Column;
  /** Index among the literals of the template. */
  readonly index: number;
}

/**
 * Remembers the plans of pull queries on tables by their text and properties; texts that differ only in the key they
 * look up share one. A plan counts as long as nothing in the catalog has changed.
 */
export class PullPlans {
  /** Least recently used first. */
  readonly #plans = new Map<string, Remembered>();

  /** The plan for a text, with the key it names; undefined when it has to be planned. */
  find(
    { shared, exact, template }: PullPlanKey,
    { catalog }: { readonly catalog: Catalog },
  ): PullPlanEntry | undefined {
    const found = this.#get(shared, catalog) ?? this.#get(exact(), catalog);
    if (found === undefined || found.keyLiterals === null) return found;
    const key = keyOf(found.keyLiterals, template.literals);
    if (key === null) return undefined;
    const lookups = [{ key, bounds: ALL_WINDOWS }];
    return { ...found, plan: { kind: 'keyLookup', lookups, predicate: null } };
  }

  #get(key: string, catalog: Catalog): Remembered | undefined {
    const found = this.#plans.get(key);
    if (found === undefined) return undefined;
    this.#plans.delete(key);
    if (found.catalog !== catalog || !found.prepared.isReusable) return undefined;
    this.#plans.set(key, found);
    return found;
  }

  /** Remembers a plan that was just made. */
  add({ shared, exact }: PullPlanKey, plan: Remembered): void {
    this.#plans.set(plan.keyLiterals === null ? exact() : shared, plan);
    if (this.#plans.size <= PLANS_MAX) return;
    const [oldest] = this.#plans.keys();
    if (oldest !== undefined) this.#plans.delete(oldest);
  }
}

/** What a plan is remembered under. */
export interface PullPlanKey {
  /** For a plan that serves any key. */
  readonly shared: string;
  /** For a plan of these very literals. */
  readonly exact: () => string;
  readonly template: PullTemplate;
}

/** Null for a text that is not remembered. */
export function pullPlanKey(
  sql: string,
  properties: Readonly<Record<string, unknown>> | undefined,
): PullPlanKey | null {
  const template = pullTemplate(sql);
  if (template === null) return null;
  const suffix = properties === undefined ? '' : propertiesKey(properties);
  const shared = `${template.key}\0${suffix}`;
  const exact = (): string => `${shared}\0${template.literals.map(({ text }) => text).join('\0')}`;
  return { shared, exact, template };
}

function propertiesKey(properties: Readonly<Record<string, unknown>>): string {
  for (const _name in properties) return JSON.stringify(properties);
  return '{}';
}

/**
 * The literals that give the key of a lookup, when the condition is nothing but an equality of each key column with
 * one literal of the template; else null.
 */
export function keyLiteralsOf(
  { where }: QueryNode,
  plan: PullPlan,
  { keys, template }: { readonly keys: readonly Column[]; readonly template: PullTemplate },
): readonly KeyLiteral[] | null {
  if (where === null || plan.kind !== 'keyLookup' || plan.lookups.length !== 1) return null;
  const equalities = equalitiesOf(where);
  const { literals } = template;
  if (equalities?.length !== keys.length || literals.length !== keys.length) return null;
  const found = keys.map((column) => {
    const equality = equalities.find(({ name }) => name === column.name);
    return { column, index: literals.findIndex(({ start }) => start === equality?.start) };
  });
  return found.every(({ index }) => index >= 0) ? found : null;
}

interface Equality {
  readonly name: string;
  readonly start: number;
}

/** The equalities of a conjunction of nothing else; null when there is anything else. */
function equalitiesOf(node: ExpressionNode): Equality[] | null {
  if (node.kind === 'logical' && node.operator === 'AND') {
    const left = equalitiesOf(node.left);
    const right = equalitiesOf(node.right);
    return left === null || right === null ? null : [...left, ...right];
  }
  if (node.kind !== 'comparison' || node.operator !== '=') return null;
  if (node.left.kind !== 'column' || node.right.kind !== 'literal') return null;
  return [{ name: node.left.name.name, start: node.right.location.start }];
}

function keyOf(
  keyLiterals: readonly KeyLiteral[],
  literals: readonly TemplateLiteral[],
): Row | null {
  const key: Row = [];
  for (const { column, index } of keyLiterals) {
    const value = valueOf(literals[index] as TemplateLiteral, column);
    if (value === null) return null;
    key.push(value);
  }
  return key;
}

/** Null for what has to be planned to be refused as it should be. */
function valueOf({ kind, text }: TemplateLiteral, { type }: Column): Value {
  if (kind === 'text') {
    const value = text.slice(1, -1).replaceAll("''", "'");
    return type.kind === 'STRING' ? value : coerced(value, STRING, type);
  }
  const value = Number(text);
  if (type.kind === 'BIGINT') return value;
  return coerced(value, value > INTEGER_MAX ? BIGINT : INTEGER, type);
}

function coerced(value: Value, from: Column['type'], to: Column['type']): Value {
  try {
    return coerceStrictly(value, from, to);
  } catch {
    return null;
  }
}
