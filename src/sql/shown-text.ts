const LENGTH_MAX = 100;

/** A value in quotes for a message; of a long one only the first 100 characters. */
export function shownText(text: string): string {
  return text.length <= LENGTH_MAX ? `'${text}'` : `'${text.slice(0, LENGTH_MAX)}...'`;
}
