import type { FormatSpec } from '../formats/format.ts';
import type { AggregateSpec } from './aggregation.ts';
import type { StepBase } from './operator.ts';

/** Aggregates per key, and per window if there are windows. The input comes from a group-by step. */
export interface AggregateStep extends StepBase {
  readonly kind: 'Aggregate';
  readonly aggregates: readonly AggregateSpec[];
  readonly window: AggregateWindow | null;
  /** Whether a step further down needs the result before the change. */
  readonly emitBefore: boolean;
  /** EMIT FINAL: each window gives one result, when it is closed. Absent: every change is one. */
  readonly final?: FinalEmission;
}

/** When and how final results are emitted. Plain JSON. */
export interface FinalEmission {
  /** How keys are written: results come in the order of their bytes. */
  readonly keyFormat: FormatSpec;
  /** Windows are looked for at most this often, ms of the wall clock. */
  readonly intervalMs: number;
  /** After so long without rows stream time goes on with the wall clock; null for never. */
  readonly idleMs: number | null;
}

/** The windows of an aggregation, milliseconds. Plain JSON. */
export type AggregateWindow = TimeWindow | SessionWindow;

/** Windows of one size that start at the multiples of a number. */
export interface TimeWindow {
  readonly kind: 'TUMBLING' | 'HOPPING';
  readonly sizeMs: number;
  /** From one window's start to the next; absent when that is the size. */
  readonly advanceMs?: number;
  /** A window takes rows until stream time is this much beyond its end. */
  readonly graceMs: number;
  /** How long a window is kept. */
  readonly retentionMs: number;
}

/** One window for all rows of a key that follow each other with gaps up to `sizeMs`. */
export interface SessionWindow {
  readonly kind: 'SESSION';
  readonly sizeMs: number;
  readonly graceMs: number;
  readonly retentionMs: number;
}
