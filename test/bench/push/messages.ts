/** What a process with readers is told: those that stall have one of their own. */
export type ReadersCall =
  | {
      readonly kind: 'open';
      readonly port: number;
      readonly sql: string;
      readonly count: number;
      /** Whether they read nothing once their query runs. */
      readonly stall: boolean;
    }
  /** From now on so many more of those that stalled read again. */
  | { readonly kind: 'wake'; readonly count: number }
  | { readonly kind: 'tell' };

/** What it answers to `open` and `tell`. */
export type ReadersReply =
  { readonly kind: 'opened' } | ({ readonly kind: 'told' } & ReadersFigures);

export interface ReadersFigures {
  /** By reader, how many rows have come. */
  readonly rowCounts: readonly number[];
  /** Readers to which a row came too early, too late or twice. */
  readonly disordered: number;
  /** Deliveries by their latency, a bucket per millisecond; the last one holds what took longer. */
  readonly latencies: readonly number[];
  readonly frames: number;
  readonly bytes: number;
  /** Processor time of the process, ms. */
  readonly cpuMs: number;
  /** Closed as slow consumers with a token to go on with. */
  readonly endedWithToken: number;
  /** Closed or cut. */
  readonly ended: number;
}

/** What the process of the server is told. */
export type ServerCall =
  | { readonly kind: 'start'; readonly directory: string; readonly stallSeconds: number }
  | { readonly kind: 'tell' };

/** What it answers. */
export type ServerReply =
  | { readonly kind: 'started'; readonly port: number }
  | {
      readonly kind: 'told';
      readonly cpuMs: number;
      readonly residentBytes: number;
      readonly heapBytes: number;
      /** Outside the heap. */
      readonly bufferBytes: number;
    };
