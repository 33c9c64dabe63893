import { nearestName } from '../sql/nearest-name.ts';

/** The end of a message about an unknown name: ` Did you mean X?`, or nothing when no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === null ? '' : ` Did you mean ${nearest}?`;
}
