import type { CaseRecord, RecordWindow } from '../../../src/testing/json-case.ts';

/** A record of a case on its way into the host process: key and value as JSON text. */
export type HostedRecord = Omit<CaseRecord, 'key' | 'value'> & {
  readonly key: string;
  readonly value: string;
};

/** A record of a topic as its source's formats read it: key and value as JSON text. */
export interface StoredRecord {
  readonly key: string;
  readonly value: string;
  readonly window: RecordWindow | null;
  readonly timestamp: number;
}

/** What the host process is asked for; answered by a reply of the same `id`. */
export type HostCall = { readonly id: number } & (
  | { readonly method: 'open' }
  | ({ readonly server: number } & (
      | { readonly method: 'createTopic'; readonly name: string; readonly partitionCount: number }
      | { readonly method: 'produce'; readonly records: readonly HostedRecord[] }
      | { readonly method: 'settled' }
      | { readonly method: 'records'; readonly topic: string }
      | { readonly method: 'close' }
    ))
);

export interface HostReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
