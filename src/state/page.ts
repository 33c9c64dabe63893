import type { Env } from '../base/env.ts';

/** A place among the rows of a windowed table: behind a key of a window, or at the window's start. */
export interface PagePosition {
  readonly windowStart: number;
  /** The key's text; null for the start. */
  readonly after: string | null;
}

/** Which rows are wanted, at most. */
export interface PageRequest {
  readonly from: PagePosition;
  /** Inclusive. */
  readonly windowStartMax: number;
  readonly countMax: number;
}

/** Rows in the order of their windows, then of their keys; filled in by `load()`. */
export interface Page<K, V> {
  readonly request: PageRequest;
  /** Those without a value have none any more. */
  rows: readonly PageRow<K, V>[];
  /** Whether there is nothing behind it. */
  isLast: boolean;
  /** Where the next page begins; null for an empty page. */
  next: PagePosition | null;
}

export interface PageRow<K, V> {
  /** The key bytes as latin1 text, which orders as they do. */
  readonly keyText: string;
  readonly key: K;
  readonly windowStart: number;
  readonly value: V | null;
}

/** The first `countMax` of two ordered lists; of a row in both, that of `newer`. */
export function mergeRows<K, V>(
  newer: readonly PageRow<K, V>[],
  older: readonly PageRow<K, V>[],
  countMax: number,
): readonly PageRow<K, V>[] {
  if (older.length === 0) return newer;
  const merged: PageRow<K, V>[] = [];
  let i = 0;
  let j = 0;
  while (merged.length < countMax) {
    const a = newer[i];
    const b = older[j];
    if (a === undefined && b === undefined) break;
    const order = a === undefined ? 1 : b === undefined ? -1 : compareRows(a, b);
    merged.push((order <= 0 ? a : b) as PageRow<K, V>);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return merged;
}

function compareRows<K, V>(a: PageRow<K, V>, b: PageRow<K, V>): number {
  if (a.windowStart !== b.windowStart) return a.windowStart - b.windowStart;
  if (a.keyText === b.keyText) return 0;
  return a.keyText < b.keyText ? -1 : 1;
}

/** The index of the first text above `text`. */
export function indexAfter(sorted: readonly string[], text: string): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] as string) <= text) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Sorted at a time, and merged between two looks at the clock. */
const PIECE = 8_192;
const YIELD_AFTER_MS = 2;

/** The texts in order. Sorts in pieces and merges them, so that other work of the process is not held up. */
export async function sortedTexts(
  texts: readonly string[],
  clock: Env['clock'],
): Promise<readonly string[]> {
  let yieldedAt = clock.monotonic();
  const rest = async (): Promise<void> => {
    if (clock.monotonic() - yieldedAt <= YIELD_AFTER_MS) return;
    await clock.yield();
    yieldedAt = clock.monotonic();
  };
  let runs: (readonly string[])[] = [];
  for (let from = 0; from < texts.length; from += PIECE) {
    runs.push(texts.slice(from, from + PIECE).sort());
    await rest();
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [a, b] = [runs[i] as readonly string[], runs[i + 1]];
      merged.push(b === undefined ? a : await mergeTexts(a, b, rest));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergeTexts(
  a: readonly string[],
  b: readonly string[],
  rest: () => Promise<void>,
): Promise<readonly string[]> {
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    merged.push((a[i] as string) <= (b[j] as string) ? (a[i++] as string) : (b[j++] as string));
    if (merged.length % PIECE === 0) await rest();
  }
  while (i < a.length) merged.push(a[i++] as string);
  while (j < b.length) merged.push(b[j++] as string);
  return merged;
}
