// Hot path: once per record.
import { ByteWriter } from '../base/byte-writer.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { ErrorSink } from '../expressions/evaluation.ts';
import type { Encoder } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { type Change, namesNoRow } from '../operators/change.ts';
import type { RepartitionStep } from '../plan/physical-plan.ts';
import type { Row } from '../sql/types.ts';
import type { HandoverInput } from './task-input.ts';
import type { Exit } from './task.ts';

/**
 * Places rows by their key: murmur2 of its serialized form, as a repartition topic would. Records of a table without a
 * key are no rows of it: they are left out here, so that nothing waits for their turn behind the hand-over.
 */
export class Handover implements Exit {
  readonly #inputs: readonly HandoverInput[];
  readonly #table: string | null;
  readonly #errors: ErrorSink;
  readonly #encodeKey: Encoder;
  readonly #writer = new ByteWriter();

  constructor(
    step: RepartitionStep,
    inputs: readonly HandoverInput[],
    /** The name of the table whose records are handed over; null when they are something else. */
    { table, errors }: { readonly table: string | null; readonly errors: ErrorSink },
  ) {
    this.#inputs = inputs;
    this.#table = table;
    this.#errors = errors;
    this.#encodeKey = findFormat(step.keyFormat.name).createEncoder({
      columns: step.schema.keys,
      spec: step.keyFormat,
    });
  }

  write(changes: readonly Change[], from: number): void {
    const inputs = this.#inputs;
    const count = inputs.length;
    const table = this.#table;
    for (const change of changes) {
      if (table !== null && namesNoRow(change.key)) {
        this.#errors.report(`a record of table ${table} without a key is left out`);
        continue;
      }
      const target = count === 1 ? 0 : this.#partitionOf(change.key, count, from);
      (inputs[target] as HandoverInput).push(from, change);
    }
  }

  /** A null key has no place of its own and stays where it is. */
  #partitionOf(key: Row, count: number, from: number): number {
    const writer = this.#writer;
    writer.reset();
    if (key.length === 0 || !this.#encodeKey(key, 0, writer)) return from % count;
    return partitionForKey(writer.buffer, count, 0, writer.length);
  }
}
