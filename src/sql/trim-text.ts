const BLANK_MAX = 0x20;

/** The text without blanks and control characters (all up to U+0020) at either end. */
export function trimText(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= BLANK_MAX) start++;
  while (end > start && text.charCodeAt(end - 1) <= BLANK_MAX) end--;
  return text.slice(start, end);
}
