import { DatabaseError } from '../../base/errors.ts';
import {
  baseOffset,
  baseSequence,
  isControl,
  lastSequence,
  producerEpoch,
  producerId,
} from '../record-batch.ts';

/** As many as a producer may have on the way without an answer, in Kafka as here. */
const BATCHES_KEPT = 5;
/** Producers known of one partition; the one heard of longest ago is forgotten. */
const PRODUCERS_MAX = 5_000;
const SEQUENCES = 2 ** 31;

/** A batch as its producer would send it again. */
export interface ProducedBatch {
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

/** What a partition knows of one producer; plain JSON. */
export interface ProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** The latest, oldest first. */
  readonly batches: readonly ProducedBatch[];
}

/** Tells batches that are sent again from new ones. Learned from the batches of a partition in offset order. */
export class Producers {
  /** The one heard of last comes last. */
  readonly #states = new Map<number, ProducerState>();

  constructor(snapshot: readonly ProducerState[] = []) {
    for (const state of snapshot) this.#states.set(state.producerId, state);
  }

  /**
   * Whether a batch about to be appended is in the log already.
   * @returns the offset it has there; null for a batch that is new.
   * @throws DatabaseError CONFLICT when its epoch is over, or its sequence does not follow.
   */
  find(batch: Buffer): number | null {
    const state = this.#states.get(producerId(batch));
    if (state === undefined) return null;
    const epoch = producerEpoch(batch);
    const first = baseSequence(batch);
    if (epoch < state.producerEpoch) {
      throw conflict(
        state,
        `writes with epoch ${epoch}, but epoch ${state.producerEpoch} has begun: another instance took over`,
      );
    }
    if (epoch > state.producerEpoch) {
      if (first === 0) return null;
      throw conflict(state, `begins epoch ${epoch} with sequence ${first} instead of 0`);
    }
    const last = lastSequence(batch);
    const same = state.batches.find(
      (sent) => sent.baseSequence === first && sent.lastSequence === last,
    );
    if (same !== undefined) return same.baseOffset;
    const latest = state.batches.at(-1);
    const expected = latest === undefined ? first : (latest.lastSequence + 1) % SEQUENCES;
    if (first === expected) return null;
    throw conflict(state, `sends sequence ${first} where ${expected} should follow`);
  }

  /** Takes note of a batch that was appended. */
  observe(batch: Buffer): void {
    const id = producerId(batch);
    if (id < 0) return;
    const epoch = producerEpoch(batch);
    const known = this.#states.get(id);
    const batches = known?.producerEpoch === epoch ? known.batches : [];
    const first = baseSequence(batch);
    this.#states.delete(id);
    this.#states.set(id, {
      producerId: id,
      producerEpoch: epoch,
      batches:
        isControl(batch) || first < 0
          ? batches
          : [
              ...batches.slice(1 - BATCHES_KEPT),
              {
                baseSequence: first,
                lastSequence: lastSequence(batch),
                baseOffset: baseOffset(batch),
              },
            ],
    });
    if (this.#states.size <= PRODUCERS_MAX) return;
    for (const oldest of this.#states.keys()) {
      this.#states.delete(oldest);
      return;
    }
  }

  /** Forgets the batches from the offset on: they did not come into the log. */
  forgetFrom(offset: number): void {
    for (const [id, state] of this.#states) {
      if ((state.batches.at(-1)?.baseOffset ?? -1) < offset) continue;
      const batches = state.batches.filter((batch) => batch.baseOffset < offset);
      if (batches.length === 0) this.#states.delete(id);
      else this.#states.set(id, { ...state, batches });
    }
  }

  snapshot(): readonly ProducerState[] {
    return [...this.#states.values()];
  }
}

function conflict({ producerId: id }: ProducerState, what: string): DatabaseError {
  return new DatabaseError('CONFLICT', `Producer ${id} ${what}. Nothing was written.`);
}
