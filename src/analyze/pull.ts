import type { ExpressionNode, Location } from '../../grammar/ast.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError, type TextLocation } from '../base/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ComparisonExpression, Expression } from '../expressions/expression.ts';
import type { Ambient } from '../expressions/ambient.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { printExpression } from '../expressions/print.ts';
import { hasColumns } from '../expressions/walk.ts';
import { isNumber } from '../sql/coerce.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { formatType, type Row, type Value } from '../sql/types.ts';
import { walk } from './ast-walk.ts';
import { disjuncts } from './disjuncts.ts';
import { errorAt, textLocation } from './error-at.ts';
import type { AnalyzedQuery, LogicalSource } from './logical-plan.ts';
import { notQueryable, PULL_HELP } from './pull-help.ts';
import { scanRefusal } from './pull-scan-refusal.ts';
import { coerceStrictly } from './strict-coercion.ts';
import { ALL_WINDOWS, boundsOf, intersect, union, type WindowBounds } from './window-bounds.ts';

/** How a pull query on a table finds its rows. The whole `predicate` is then evaluated on every row found. */
export type PullPlan = PullKeyLookup | PullScan;

/** Gets rows by key; every key and window range once. */
export interface PullKeyLookup {
  readonly kind: 'keyLookup';
  /** In the order of the WHERE clause, without repetitions. */
  readonly lookups: readonly KeyLookup[];
  /** Over the table's row; null without WHERE. */
  readonly predicate: Expression | null;
}

export interface KeyLookup {
  /** All key columns, as values of their types. */
  readonly key: Row;
  /** Which windows of the key can match. */
  readonly bounds: WindowBounds;
}

/** Reads the whole table. */
export interface PullScan {
  readonly kind: 'scan';
  /** No window outside of these can match. */
  readonly bounds: WindowBounds;
  readonly predicate: Expression | null;
}

/** Conditions with more leaves than this, over all disjuncts, take longer to plan than a scan is worth. */
const LEAVES_MAX = 100_000;

/** What a pull query is planned against. */
export interface PullContext {
  readonly catalog: Catalog;
  /** The WHERE clause as written; null without one. */
  readonly where: ExpressionNode | null;
  /** Whether reading a whole table is allowed: `ksql.query.pull.table.scan.enabled`. */
  readonly tableScanEnabled: boolean;
  /** The time and the randomness of its constants. */
  readonly ambient: Ambient;
}

/**
 * Plans a pull query on a table (section 8.2 of the dialect reference).
 * @param query analyzed in mode `pull`.
 * @throws DatabaseError BAD_STATEMENT for conditions pull queries do not have, for scans when they are off, and for a
 *   table that no running query keeps; TYPE_MISMATCH for a key of another type.
 */
export function analyzePull(query: AnalyzedQuery, context: PullContext): PullPlan {
  const { input } = query.root;
  const filter = input.kind === 'filter' ? input : null;
  const table = filter === null ? input : filter.input;
  assert(table.kind === 'source', 'a pull query reads one source');
  const predicate = filter === null ? null : filter.predicate;
  const { where } = context;
  if (where !== null) checkKeyMembers(where, table);
  const plan = new PullPlanner(table, { ambient: context.ambient, location: where?.location }).plan(
    predicate,
  );
  if (plan.kind === 'scan' && !context.tableScanEnabled && !isRange(predicate, table)) {
    throw new DatabaseError(
      'BAD_STATEMENT',
      scanRefusal(predicate, table),
      where === null ? {} : { location: textLocation(where.location) },
    );
  }
  requireQueryable(table, context.catalog);
  return plan;
}

function requireQueryable({ source }: LogicalSource, catalog: Catalog): void {
  if (source.createdBy !== null && catalog.query(source.createdBy) !== null) return;
  const name = source.name;
  throw new DatabaseError(
    'BAD_STATEMENT',
    source.createdBy === null
      ? notQueryable(name)
      : `The \`${name}\` table isn't queryable: Materializing query has been stopped. Its query was ${source.createdBy}.`,
  );
}

/**
 * Members of `key IN (...)` are as strict as keys in `key = ...`: no NULL, and no text for a number. Elsewhere IN
 * would drop the one and read the other.
 */
function checkKeyMembers(where: ExpressionNode, table: LogicalSource): void {
  for (const node of walk(where)) {
    if (node.kind !== 'in' || node.operand.kind !== 'column') continue;
    const name = node.operand.name.name;
    const key = table.schema.keys.find((column) => column.name === name);
    if (key === undefined) continue;
    for (const option of node.options) {
      if (option.kind !== 'literal') continue;
      if (option.type === 'NULL') {
        throw errorAt(
          'BAD_STATEMENT',
          option,
          `Primary key columns can not be NULL: ${name} IN (NULL).`,
        );
      }
      if (option.type === 'STRING' && (isNumber(key.type) || key.type.kind === 'BOOLEAN')) {
        throw errorAt(
          'TYPE_MISMATCH',
          option,
          `'${option.value}' can not be converted to the type of the key column ${name} (${formatType(key.type)}).`,
        );
      }
    }
  }
}

/** Whether the condition bounds, by one comparison, the only key column, text or bytes, of an unwindowed table. */
function isRange(predicate: Expression | null, { schema }: LogicalSource): boolean {
  const [key, ...others] = schema.keys;
  if (predicate === null || schema.window !== null || others.length > 0) return false;
  if (key?.type.kind !== 'STRING' && key?.type.kind !== 'BYTES') return false;
  const [leaves, second] = disjuncts(predicate).take(2);
  return second === undefined && leaves?.filter(isKeyRange).length === 1;
}

function isKeyRange(leaf: Expression): boolean {
  if (leaf.kind !== 'comparison' || leaf.operator === '<>') return false;
  const { left, right } = leaf;
  return (isColumn(left, 0) && !hasColumns(right)) || (isColumn(right, 0) && !hasColumns(left));
}

class PullPlanner {
  readonly #table: LogicalSource;
  readonly #ambient: Ambient;
  readonly #location: TextLocation | undefined;

  constructor(
    table: LogicalSource,
    { location, ambient }: { location: Location | undefined; ambient: Ambient },
  ) {
    this.#table = table;
    this.#ambient = ambient;
    this.#location = location === undefined ? undefined : textLocation(location);
  }

  plan(predicate: Expression | null): PullPlan {
    if (predicate === null) return { kind: 'scan', bounds: ALL_WINDOWS, predicate };
    const lookups = new Map<string, KeyLookup>();
    let leafCount = 0;
    for (const leaves of disjuncts(predicate)) {
      leafCount += leaves.length;
      const lookup = this.#lookup(leaves);
      if (lookup === null || leafCount > LEAVES_MAX) return this.#scan(predicate);
      lookups.set(identityOf(lookup), lookup);
    }
    return { kind: 'keyLookup', lookups: [...lookups.values()], predicate };
  }

  #scan(predicate: Expression): PullScan {
    let bounds: WindowBounds | null = null;
    let leafCount = 0;
    for (const leaves of disjuncts(predicate)) {
      leafCount += leaves.length;
      if (leafCount > LEAVES_MAX) return { kind: 'scan', bounds: ALL_WINDOWS, predicate };
      const own = this.#bounds(leaves);
      bounds = bounds === null ? own : union(bounds, own);
    }
    return { kind: 'scan', bounds: bounds ?? ALL_WINDOWS, predicate };
  }

  /** The rows one disjunct can match; null when only a scan finds them. */
  #lookup(leaves: readonly Expression[]): KeyLookup | null {
    for (const leaf of leaves) this.#refuseUnsupported(leaf);
    const bounds = this.#bounds(leaves);
    const { keys } = this.#table.schema;
    const key: Row = [];
    for (const index of keys.keys()) {
      const equality = leaves.find((leaf) => keyEquality(leaf, index) !== null);
      const constant = equality === undefined ? null : keyEquality(equality, index);
      if (constant === null) return null;
      key.push(this.#keyValue(constant, index));
    }
    return { key, bounds };
  }

  #refuseUnsupported(leaf: Expression): void {
    if (isSupported(leaf)) return;
    throw this.#error(
      'BAD_STATEMENT',
      `Unsupported expression in WHERE clause: ${printExpression(leaf)}.${PULL_HELP}`,
    );
  }

  #bounds(leaves: readonly Expression[]): WindowBounds {
    try {
      return leaves.map((leaf) => boundsOf(leaf, this.#ambient)).reduce(intersect, ALL_WINDOWS);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw this.#error('BAD_STATEMENT', error.message);
    }
  }

  #keyValue(constant: Expression, index: number): Value {
    const column = this.#table.schema.keys[index]!;
    let value: Value;
    try {
      value = coerceStrictly(evaluateConstant(constant, this.#ambient), constant.type, column.type);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw this.#error(
        'TYPE_MISMATCH',
        `${printExpression(constant)} (${formatType(constant.type)}) can not be converted to the type of the key column ${column.name} (${formatType(column.type)}): ${error.message}.`,
      );
    }
    if (value !== null) return value;
    throw this.#error(
      'BAD_STATEMENT',
      `Primary key columns can not be NULL: ${column.name} = ${printExpression(constant)}.`,
    );
  }

  #error(code: 'BAD_STATEMENT' | 'TYPE_MISMATCH', message: string): DatabaseError {
    return new DatabaseError(code, message, { location: this.#location });
  }
}

function isSupported(leaf: Expression): boolean {
  return leaf.kind === 'comparison' || leaf.kind === 'distinct' || leaf.kind === 'like';
}

/** The constant a leaf requires of the key column; null when it is no such equality. */
function keyEquality(leaf: Expression, index: number): Expression | null {
  if (leaf.kind !== 'comparison' || leaf.operator !== '=') return null;
  const { left, right }: ComparisonExpression = leaf;
  if (isColumn(left, index) && !hasColumns(right)) return right;
  return isColumn(right, index) && !hasColumns(left) ? left : null;
}

function isColumn(expression: Expression, index: number): boolean {
  return expression.kind === 'column' && expression.index === index;
}

function identityOf({ key, bounds }: KeyLookup): string {
  return JSON.stringify([key, bounds], (_name, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
}
