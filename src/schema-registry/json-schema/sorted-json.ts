/** The same JSON value with the members of its objects in the order of their names. */
export function sortedJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sortedJson);
  if (typeof json !== 'object' || json === null) return json;
  const members = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, value]) => [name, sortedJson(value)]));
}
