import type { LogicalNode, LogicalSource } from '../analyze/logical-plan.ts';
import type { Expression } from '../expressions/expression.ts';
import type { FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { Column, RowSchema } from '../sql/schema.ts';
import type { Step } from './physical-plan.ts';

/** What is known of the rows a step puts out besides their schema. */
export interface Planned {
  readonly id: number;
  readonly schema: RowSchema;
  /** How the key is written where it decides a partition. */
  readonly keyFormat: FormatSpec;
  readonly partitionCount: number;
}

/** A step that has no id yet. */
export type NewStep = Step extends infer S ? (S extends Step ? Omit<S, 'id'> : never) : never;

/** A plan in the making. */
export interface PlanBuilder {
  /** Adds a step and returns its id. */
  push(step: NewStep): number;
  /** Adds all steps of a node. */
  add(node: LogicalNode): Planned;
  /** The records of a stream or table as they stand in its topic. */
  source(node: LogicalSource): Planned;
}

/** Internal repartitions use it where the source's key format cannot hold the key. */
const JSON_KEY: FormatSpec = { name: 'JSON', unwrapped: true };

/** Whether the expressions are exactly the key columns of the rows, in order. */
export function isKeyOf(expressions: readonly Expression[], schema: RowSchema): boolean {
  return (
    expressions.length === schema.keys.length &&
    expressions.length > 0 &&
    expressions.every((key, index) => key.kind === 'column' && key.index === index)
  );
}

/** The format of an internal repartition: the source's, unless it cannot hold the key or would register a schema. */
export function formatForKey(format: FormatSpec, keys: readonly Column[]): FormatSpec {
  if (format.name === 'JSON' || format.name === 'DELIMITED') {
    // A format that had several columns to hold does not say how it holds one.
    const unwrapped = format.unwrapped ?? findFormat(format.name).unwrappedByDefault('key');
    return keys.length === 1 ? { ...format, unwrapped } : format;
  }
  const [only] = keys;
  if (keys.length !== 1 || only === undefined) return JSON_KEY;
  switch (only.type.kind) {
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'STRING':
    case 'BYTES':
      return { name: 'KAFKA' };
    default:
      return JSON_KEY;
  }
}
