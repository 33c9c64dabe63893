import { decodeBase64 } from '../../sql/base64.ts';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';

/** A way to write bytes as text and text as bytes. */
export type ByteEncoding = 'hex' | 'utf8' | 'ascii' | 'base64';

const ENCODINGS: readonly ByteEncoding[] = ['hex', 'utf8', 'ascii', 'base64'];
const ASCII_MAX = 0x7f;
const REPLACEMENT = '\ufffd';
const QUESTION_MARK = 0x3f;
const HEX = /^(?:[0-9a-f]{2})*$/i;

/**
 * The encoding of that name, in any case.
 * @throws EvaluationError when there is none.
 */
export function byteEncoding(functionName: string, name: string): ByteEncoding {
  const lower = name.toLowerCase();
  const found = ENCODINGS.find((encoding) => encoding === lower);
  if (found !== undefined) return found;
  throw new EvaluationError(
    `${functionName} does not know the encoding ${shownText(name)}; it takes ${ENCODINGS.join(', ')}`,
  );
}

/** Bytes as text; hexadecimal digits are lower case, bytes beyond ASCII or wrong in UTF-8 become U+FFFD. */
export function bytesToText(bytes: Uint8Array, encoding: ByteEncoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding !== 'ascii') return buffer.toString(encoding);
  return buffer.toString('latin1').replace(/[\x80-\xff]/g, REPLACEMENT);
}

/**
 * Text as bytes; characters beyond ASCII become question marks.
 * @throws EvaluationError when the text is not hexadecimal digits in pairs, or not base64 with or without padding.
 */
export function textToBytes(text: string, encoding: ByteEncoding): Uint8Array {
  switch (encoding) {
    case 'hex':
      if (!HEX.test(text)) throw malformed(text, 'an even number of hexadecimal digits');
      return new Uint8Array(Buffer.from(text, 'hex'));
    case 'base64': {
      const bytes = decodeBase64(text);
      if (bytes === null) throw malformed(text, 'base64');
      return bytes;
    }
    case 'utf8':
      return new Uint8Array(Buffer.from(text));
    case 'ascii':
      return Uint8Array.from(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '?'), asciiByte);
  }
}

function asciiByte(character: string): number {
  const code = character.charCodeAt(0);
  return code > ASCII_MAX ? QUESTION_MARK : code;
}

function malformed(text: string, expected: string): EvaluationError {
  return new EvaluationError(`${shownText(text)} is not ${expected}`);
}
