/** What the process of the server is told. */
export type PullServerCall =
  | { readonly kind: 'start'; readonly directory: string }
  | { readonly kind: 'ingest'; readonly recordsPerSecond: number }
  | { readonly kind: 'stopIngesting' }
  | { readonly kind: 'tellUsage' };

/** What it answers. */
export type PullServerReply =
  | { readonly kind: 'started'; readonly port: number; readonly barePort: number }
  | { readonly kind: 'ingested'; readonly recordsPerSecond: number }
  | ({ readonly kind: 'usage' } & ProcessorUsage);

/** Of the process so far: user and system, microseconds. */
export interface ProcessorUsage {
  readonly mainThreadMicros: number;
  readonly processMicros: number;
}
