/**
 * For each field of a writer's schema, the index of the column or struct field it fills, by exactly its name, else by
 * its upper-cased name; -1 for none. A column that two fields could fill is filled by the one of its exact name, else
 * by the last.
 */
export function matchFields(
  fields: readonly { readonly name: string }[],
  targets: readonly { readonly name: string }[],
): readonly number[] {
  const slots = fields.map(() => -1);
  targets.forEach(({ name }, target) => {
    let found = fields.findIndex((field) => field.name === name);
    if (found < 0) found = fields.findLastIndex((field) => field.name.toUpperCase() === name);
    if (found >= 0) slots[found] = target;
  });
  return slots;
}
