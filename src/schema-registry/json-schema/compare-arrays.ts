import { isDeepStrictEqual } from 'node:util';
import { compareMaximum, compareMinimum } from './compare-scalars.ts';
import { isSchema, type JsonSchema, type JsonSchemaObject } from './json-schema.ts';
import type { SchemaPair } from './json-schema-compatibility.ts';

/** Items of arrays and how many there are. */
export function compareArrays(pair: SchemaPair): void {
  compareMaximum(pair, { keyword: 'maxItems', kind: 'MAX_ITEMS' });
  compareMinimum(pair, { keyword: 'minItems', kind: 'MIN_ITEMS' });
  const { reader, writer } = pair;
  if (reader['uniqueItems'] === true && writer['uniqueItems'] !== true) {
    pair.add('UNIQUE_ITEMS_ADDED', 'items must be different now');
  }
  if ('contains' in reader && !isDeepStrictEqual(reader['contains'], writer['contains'])) {
    pair.add('CONTAINED_ITEM_CHANGED', 'what the array must contain is not the same');
  }
  compareItems(pair);
}

function compareItems(pair: SchemaPair): void {
  const read = itemsOf(pair.reader);
  const written = itemsOf(pair.writer);
  const count = Math.max(read.first.length, written.first.length);
  for (let index = 0; index < count; index++) {
    const allowed = read.first[index] ?? read.rest;
    const before = written.first[index] ?? written.rest;
    if (before === false) continue;
    if (allowed === false) {
      pair.add(
        'ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL',
        `item ${index} may have been written, but there may be only ${read.first.length}`,
      );
    } else pair.compare(allowed, before, `items/${index}`);
  }
  if (written.rest === false || read.rest === true) return;
  if (read.rest === false) pair.add('ADDITIONAL_ITEMS_REMOVED', 'there may be no more items now');
  else pair.compare(read.rest, written.rest, 'items');
}

/** The schemas of the first items, and that of all behind them. */
function itemsOf(schema: JsonSchemaObject): { first: readonly JsonSchema[]; rest: JsonSchema } {
  const { items, prefixItems, additionalItems } = schema;
  if (Array.isArray(prefixItems)) {
    return { first: prefixItems as JsonSchema[], rest: isSchema(items) ? items : true };
  }
  if (Array.isArray(items)) {
    return {
      first: items as JsonSchema[],
      rest: isSchema(additionalItems) ? additionalItems : true,
    };
  }
  return { first: [], rest: isSchema(items) ? items : true };
}
