/** Names further away than this share of their length are no help. */
const DISTANCE_SHARE_MAX = 0.4;
/** Longer names are not looked at: the work grows with the square of the length. */
const LENGTH_MAX = 100;

/**
 * The candidate a mistyped name most likely stands for, by edit distance without regard to case; null when
 * none is near. Cold path: for error messages.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  if (name.length > LENGTH_MAX) return null;
  const wanted = name.toUpperCase();
  let nearest: string | null = null;
  let distanceMin = Math.floor(wanted.length * DISTANCE_SHARE_MAX) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= distanceMin) continue;
    const distance = editDistance(wanted, candidate.toUpperCase());
    if (distance < distanceMin) {
      nearest = candidate;
      distanceMin = distance;
    }
  }
  return nearest;
}

/** Insertions, deletions, replacements of one character and swaps of two neighbours that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: readonly number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwap && row > 1 && column > 1 ? beforePrevious[column - 2]! + 1 : Infinity;
      current.push(Math.min(replaced, swapped, previous[column]! + 1, current[column - 1]! + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length]!;
}
