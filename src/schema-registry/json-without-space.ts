/** The JSON text without white space between its tokens; numbers and strings stay as they are written. */
export function jsonWithoutSpace(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*")|[\s]+/gs,
    (_, string: string | undefined) => string ?? '',
  );
}
