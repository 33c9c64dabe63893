import { decodeBase64 } from '../sql/base64.ts';

/** The bytes of a base64 text (RFC 4648, padded, no blanks); null for anything else. */
export function parseBase64(text: string): Uint8Array | null {
  return text.length % 4 === 0 ? decodeBase64(text) : null;
}

/** Padded base64 text. */
export function formatBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
