import { DatabaseError } from '../base/errors.ts';
import { MemoryBudget } from '../base/memory-budget.ts';

const MEBIBYTE = 1024 * 1024;

/** State one query of a client may keep. */
const QUERY_BYTES_MAX = 64 * MEBIBYTE;
/** Of what the database may keep in memory, the part that queries of clients get: nothing of theirs can be evicted. */
const PART = 0.5;

/** The memory for the state of all queries of clients, a part of that of the database. */
export class ClientMemory {
  readonly #all: MemoryBudget;
  readonly #queryBytesMax: number;
  readonly #shares = new Set<MemoryBudget>();

  /** @param limits for tests; default: 64 MiB a query, and half of the whole for all together. */
  constructor(whole: MemoryBudget, { queryBytesMax = QUERY_BYTES_MAX } = {}) {
    this.#all = new MemoryBudget(whole.limitBytes * PART, whole);
    this.#queryBytesMax = queryBytesMax;
  }

  /** What one query takes, until it is closed. */
  open(): MemoryBudget {
    const share = new MemoryBudget(this.#queryBytesMax, this.#all);
    this.#shares.add(share);
    return share;
  }

  /** Whatever it still takes is given back. */
  close(share: MemoryBudget): void {
    share.add(-share.usedBytes);
    this.#shares.delete(share);
  }

  /**
   * Whether a query may go on with what it keeps. When all together keep too much, those that keep more than the others
   * on average may not.
   * @throws DatabaseError QUERY_TOO_LARGE
   */
  check(share: MemoryBudget, queryId: string): void {
    if (share.excessBytes > 0) {
      throw tooLarge(`Query ${queryId} needs more than ${inMebibytes(share)} MiB of state.`);
    }
    const all = this.#all;
    if (all.excessBytes === 0 || share.usedBytes < all.usedBytes / this.#shares.size) return;
    throw tooLarge(
      `The queries of all clients need more than ${inMebibytes(all)} MiB of state, and query ${queryId} more of it than most.`,
    );
  }
}

function inMebibytes({ limitBytes }: MemoryBudget): string {
  return (limitBytes / MEBIBYTE).toFixed(0);
}

function tooLarge(reason: string): DatabaseError {
  return new DatabaseError(
    'QUERY_TOO_LARGE',
    `${reason} Use CREATE TABLE ... AS SELECT, which keeps its state on disk, and select from that.`,
  );
}
