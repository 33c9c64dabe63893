// Hot path: once per text that is written.
import type { ByteWriter } from '../base/byte-writer.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Above it, looking at each character here is slower than letting the runtime do it. */
const SHORT_LENGTH = 64;

/** Characters that JSON must escape, and halves of pairs, which it must if they are alone. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNUSUAL = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Writes a text as JSON, escaped as JSON.stringify escapes it, in UTF-8. */
export function writeJsonText(text: string, writer: ByteWriter): void {
  const length = text.length;
  if (length > SHORT_LENGTH) return writeLongText(text, writer);
  writer.reserve(length + 2);
  const { buffer } = writer;
  let at = writer.length;
  buffer[at++] = QUOTE;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) {
      return writer.writeText(JSON.stringify(text));
    }
    buffer[at++] = code;
  }
  buffer[at++] = QUOTE;
  writer.length = at;
}

function writeLongText(text: string, writer: ByteWriter): void {
  if (UNUSUAL.test(text)) return writer.writeText(JSON.stringify(text));
  writer.writeByte(QUOTE);
  writer.writeText(text);
  writer.writeByte(QUOTE);
}

/** The text as JSON, exactly as JSON.stringify has it but without the call for the usual short texts. */
export function quoteJson(text: string): string {
  const length = text.length;
  if (length > SHORT_LENGTH) return JSON.stringify(text);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) {
      return JSON.stringify(text);
    }
  }
  return `"${text}"`;
}
