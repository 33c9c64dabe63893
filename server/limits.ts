/**
 * Every bound of the network surface. A test hands in smaller ones; what is left out has the value
 * below.
 */
export interface ServerLimits {
  /** A larger request body is answered 413 and the connection closed. */
  readonly bodyBytesMax: number;
  /** Request line and headers together; more is answered 431. */
  readonly headerBytesMax: number;
  /** Nesting of arrays and objects in a request body. */
  readonly jsonDepthMax: number;
  /** From the opening of a connection to the end of the first request's headers. */
  readonly headersTimeoutMs: number;
  /** From the start of a request to the end of its body. */
  readonly requestTimeoutMs: number;
  /** A connection with a request that neither sends nor is sent anything; streams are exempt. */
  readonly connectionTimeoutMs: number;
  /** An idle HTTP/1.1 connection after a response. */
  readonly keepAliveTimeoutMs: number;
  /** How often the timeouts of HTTP/1.1 requests are looked at. */
  readonly timeoutCheckIntervalMs: number;
  readonly connectionCountMax: number;
  readonly requestsPerConnectionMax: number;
  /** Open streams of one HTTP/2 connection. */
  readonly streamsPerConnectionMax: number;
  /** One WebSocket message from a client; a larger one closes with 1009. */
  readonly messageBytesMax: number;
  /** WebSocket frames of one client within a second; more closes with 1008. */
  readonly framesPerSecondMax: number;
  /** Queries of one WebSocket at a time. */
  readonly queriesPerWebSocketMax: number;
  /** Messages in a row that a WebSocket client may get wrong; one more closes with 1008. */
  readonly badMessagesMax: number;
  /** Rows are sent over a WebSocket or as events in pieces of about this size. */
  readonly rowsChunkBytes: number;
  /** How often WebSocket and HTTP/2 clients are pinged. */
  readonly pingIntervalMs: number;
  /** From an unanswered ping to the end of the connection. */
  readonly pongTimeoutMs: number;
  /** What may wait for one client before its query is no longer asked for rows. */
  readonly pendingBytesMax: number;
  /** How long a client may leave that buffer full before it is closed as a slow consumer. */
  readonly stallTimeoutMs: number;
  /** Push queries, PRINT included, at a time. */
  readonly pushQueryCountMax: number;
  /** Pull queries at a time. */
  readonly pullQueryCountMax: number;
  /** Rows of a pull query are gathered into writes of about this size. */
  readonly pullChunkBytes: number;
  /**
   * How long the rest of a refused upload is read and thrown away, so that the client sees the
   * answer.
   */
  readonly lingerMs: number;
  /** How long a client gets to answer a WebSocket close before the connection is cut. */
  readonly closeTimeoutMs: number;
  /** How long a request waits for the statement of a `commandSequenceNumber`. */
  readonly commandTimeoutMs: number;
  /** How long requests under way may take to end when the server is closed. */
  readonly shutdownGraceMs: number;
}

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytesMax: 8 * MEBIBYTE,
  headerBytesMax: 16 * KIBIBYTE,
  jsonDepthMax: 200,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  connectionTimeoutMs: 60_000,
  keepAliveTimeoutMs: 5000,
  timeoutCheckIntervalMs: 1000,
  connectionCountMax: 5000,
  requestsPerConnectionMax: 10_000,
  streamsPerConnectionMax: 128,
  messageBytesMax: MEBIBYTE,
  framesPerSecondMax: 1000,
  queriesPerWebSocketMax: 1000,
  badMessagesMax: 10,
  rowsChunkBytes: 256 * KIBIBYTE,
  pingIntervalMs: 30_000,
  pongTimeoutMs: 60_000,
  pendingBytesMax: MEBIBYTE,
  stallTimeoutMs: 60_000,
  pushQueryCountMax: 1000,
  pullQueryCountMax: 64,
  pullChunkBytes: 32 * KIBIBYTE,
  lingerMs: 2000,
  closeTimeoutMs: 5000,
  commandTimeoutMs: 5000,
  shutdownGraceMs: 5000,
};
