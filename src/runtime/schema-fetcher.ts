import type { Env } from '../base/env.ts';
import type { Logger } from '../base/logger.ts';

/** Between two attempts, ms: twice as long each time. */
const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 30_000;

/** A schema that queries wait for. */
export interface SchemaWait {
  readonly id: number;
  /** What the last attempt failed with; null during the first. */
  readonly problem: string | null;
}

interface Fetching extends SchemaWait {
  problem: string | null;
  readonly onAnswer: (() => void)[];
  cancel: () => void;
}

/**
 * Fetches the schemas of payloads from another registry while queries wait for them: each schema once, again and again
 * until the registry has answered, be it that there is no such schema. A registry that is down thus holds up the
 * queries that need it, and only those, and no record is left out for it.
 */
export class SchemaFetcher {
  readonly #load: (id: number) => Promise<void>;
  readonly #clock: Env['clock'];
  readonly #logger: Logger;
  /** By id. A query waits for one schema at a time, so there are no more than queries. */
  readonly #fetching = new Map<number, Fetching>();
  #isClosed = false;

  constructor(options: {
    /** Rejects when the registry cannot be used. */
    load: (id: number) => Promise<void>;
    clock: Env['clock'];
    logger: Logger;
  }) {
    this.#load = options.load;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** @param onAnswer called once, when the registry has answered. */
  fetch(id: number, onAnswer: () => void): SchemaWait {
    const known = this.#fetching.get(id);
    if (known !== undefined) {
      known.onAnswer.push(onAnswer);
      return known;
    }
    const fetching: Fetching = { id, problem: null, onAnswer: [onAnswer], cancel: () => {} };
    this.#fetching.set(id, fetching);
    void this.#attempt(fetching, PAUSE_MS_MIN);
    return fetching;
  }

  async #attempt(fetching: Fetching, pauseMs: number): Promise<void> {
    const { id } = fetching;
    try {
      await this.#load(id);
    } catch (error) {
      if (this.#isClosed) return;
      fetching.problem = error instanceof Error ? error.message : String(error);
      const fields = { schema: id, err: error, retryMs: pauseMs };
      this.#logger.warn(fields, 'queries wait for a schema that cannot be fetched');
      const next = Math.min(pauseMs * 2, PAUSE_MS_MAX);
      fetching.cancel = this.#clock.after(pauseMs, () => void this.#attempt(fetching, next));
      return;
    }
    this.#fetching.delete(id);
    if (fetching.problem !== null && !this.#isClosed) {
      this.#logger.info({ schema: id }, 'the schema is there, queries go on');
    }
    for (const onAnswer of fetching.onAnswer) onAnswer();
  }

  /** Gives up what is not fetched; nobody is told. */
  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#fetching.values()) cancel();
    this.#fetching.clear();
  }
}
