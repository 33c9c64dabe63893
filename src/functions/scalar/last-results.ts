const ENTRIES_MAX = 64;

/**
 * The same function, keeping the 64 results it made last, so that a pattern written in a statement is read once and not
 * once per row. Errors are not kept.
 */
export function keepLast<T>(make: (text: string) => T): (text: string) => T {
  const results = new Map<string, T>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    const result = make(text);
    if (results.size === ENTRIES_MAX) {
      for (const oldest of results.keys()) {
        results.delete(oldest);
        break;
      }
    }
    results.set(text, result);
    return result;
  };
}
