import type { FramedPieces, Wire } from './wire.ts';

/** Where the text of a result goes: an HTTP response or a WebSocket. */
export interface TextSink {
  /**
   * True when there is room for more; else a promise, once there is room again, of whether the
   * client is still there.
   */
  write(text: string): true | Promise<boolean>;
  /** How pieces stand in bytes here; absent or null where bytes cannot be written. */
  readonly wire?: Wire | null;
  /** Sends bytes that hold pieces as `wire` has them; answers like `write`. */
  writeBytes?(bytes: Buffer): true | Promise<boolean>;
}

/**
 * Writes pieces one buffer after the other.
 * @param onWritten called when a buffer was handed over, though there may be no room for more, with how many pieces that
 *   makes, and whether it was the last buffer.
 * @returns false when the client is gone.
 */
export async function writeAll(
  sink: TextSink,
  framed: readonly FramedPieces[],
  onWritten: (count: number, isLast: boolean) => void = () => {},
): Promise<boolean> {
  for (const [index, { bytes, end }] of framed.entries()) {
    const flowing = sink.writeBytes!(bytes);
    onWritten(end, index === framed.length - 1);
    if (flowing !== true && !(await flowing)) return false;
  }
  return true;
}
