import type { Exchange } from '../exchange.ts';
import type { MediaType } from '../media-types.ts';
import type { ServerContext } from '../server-context.ts';

/** One endpoint: a definition in the list of `routes/index.ts`. */
export interface RouteDefinition {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** What it is for, in one sentence. */
  readonly summary: string;
  /** The media types a client may ask for, the default first. */
  readonly offers: readonly MediaType[];
  /**
   * Whether error bodies carry a content type. Clients of the query endpoints know them without.
   */
  readonly labelsErrors: boolean;
  /** Has one type to offer, which is not negotiated: it answers whatever the client accepts. */
  readonly answersAnyAccept?: true;
  /** What may stand behind the `?` of its address, and what each means. */
  readonly query?: Readonly<Record<string, string>>;
  /** How the body of a POST is read: whole, as JSON, unless the route reads it itself, as it comes. */
  readonly body?: 'stream';
  /** Answered also while the server starts, stops or has been terminated. */
  readonly always?: true;
  /** Answers the call. What it throws before sending anything becomes the answer. */
  handle(call: Call): void | Promise<void>;
}

/** A request that has been let in and read. */
export interface Call {
  readonly exchange: Exchange;
  /** What the client wants, of the route's offers. */
  readonly mediaType: MediaType;
  /** The parsed JSON body of a POST; null for a GET. */
  readonly body: unknown;
  /** What stands in the path for its `:names`, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly context: ServerContext;
}
