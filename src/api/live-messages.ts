import type { JsonValue } from './exact-json.ts';

/** What a `?` can stand for; a bigint keeps all its digits. */
export type BindableValue = string | number | bigint | boolean | null;

/** What the server says over /ws. */
export type ServerMessage =
  | { readonly type: 'welcome' | 'pong' }
  | {
      readonly type: 'started';
      readonly id: string;
      readonly queryId: string;
      readonly columns: readonly LiveColumn[];
      readonly token: string | null;
    }
  | {
      readonly type: 'rows';
      readonly id: string;
      readonly rows?: readonly (readonly JsonValue[])[];
      readonly lines?: readonly string[];
      readonly deleted?: readonly number[];
      readonly token: string | null;
      readonly more?: boolean;
    }
  | {
      readonly type: 'ended';
      readonly id: string;
      readonly reason: string;
      readonly token: string | null;
      readonly again: boolean;
    }
  | { readonly type: 'result'; readonly id: string; readonly entities: readonly unknown[] }
  | {
      readonly type: 'inserted';
      readonly id: string;
      readonly positions: readonly InsertedPosition[];
    }
  | {
      readonly type: 'error';
      readonly id: string | null;
      readonly code: number;
      readonly message: string;
      readonly again: boolean;
    };

/** Where an inserted row stands. */
export interface InsertedPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A column of a query, with its SQL type. */
export interface LiveColumn {
  readonly name: string;
  readonly type: string;
}

/** JSON text of a message; bigints become numbers with all their digits. */
export function formatMessage(message: object): string {
  return JSON.stringify(message, (_name, value: unknown) =>
    typeof value === 'bigint' ? rawNumber(value) : value,
  );
}

function rawNumber(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}
