const LETTERS = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The bytes of a base64 text (RFC 4648, no blanks), whose padding may be missing altogether; null for anything else.
 * The text may be megabytes long: a pattern of groups of four would exhaust the stack of the matcher.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (!LETTERS.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  const padded = text.endsWith('=');
  const complete = padded
    ? text.length % 4 === 0 && text.indexOf('=') % 4 >= 2
    : text.length % 4 !== 1;
  return complete ? new Uint8Array(bytes) : null;
}
