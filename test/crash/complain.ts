const SHOWN_MAX = 5;

/** One sentence about several things of one sort; none when there are no such things. */
export function complain(what: string, things: readonly string[]): string[] {
  if (things.length === 0) return [];
  const shown = things.slice(0, SHOWN_MAX).join(', ');
  const more = things.length > SHOWN_MAX ? ', ...' : '';
  return [`${what}: ${things.length} (${shown}${more})`];
}

/** What `a` holds more often than `b`. */
export function difference(a: readonly string[], b: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) + 1);
  return a.filter((line) => {
    const left = (counts.get(line) ?? 0) - 1;
    counts.set(line, left);
    return left < 0;
  });
}
