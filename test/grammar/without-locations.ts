/** A copy of a tree without the places in the text, to compare trees by what they mean. */
export function withoutLocations(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutLocations);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([name]) => name !== 'location')
      .map(([name, value]) => [name, withoutLocations(value)]),
  );
}
