import { once } from 'node:events';
import type { Output } from './command.ts';

/** Writes the text and resolves when the stream can take more. */
export async function write(stream: Output, text: string): Promise<void> {
  if (text !== '' && !stream.write(text)) await once(stream, 'drain');
}
