import { fullName, isPrimitive } from './parse-avro.ts';

type Json = unknown;

/**
 * A text that two Avro schemas share exactly when they say the same: names are written out with their namespaces,
 * attributes stand in one order, types without attributes are names. Documentation and other attributes count.
 * @param text of a schema that has been parsed without error.
 */
export function avroForm(text: string): string {
  return JSON.stringify(formOf(JSON.parse(text), '', new Set()));
}

/** @param defined full names of the types seen so far: a short name means one in the namespace, if there is one. */
function formOf(json: Json, namespace: string, defined: Set<string>): Json {
  if (typeof json === 'string') {
    if (isPrimitive(json)) return json;
    const full = fullName(json, namespace);
    return defined.has(full) ? full : json;
  }
  if (Array.isArray(json)) return json.map((branch) => formOf(branch, namespace, defined));
  const { type, ...rest } = json as Record<string, Json>;
  switch (type) {
    case 'array':
      return sorted({ ...rest, type, items: formOf(rest['items'], namespace, defined) });
    case 'map':
      return sorted({ ...rest, type, values: formOf(rest['values'], namespace, defined) });
    case 'record':
    case 'error':
    case 'enum':
    case 'fixed':
      return namedForm({ ...rest, type }, namespace, defined);
  }
  if (Object.keys(rest).length === 0) return formOf(type, namespace, defined);
  return sorted({ ...rest, type: formOf(type, namespace, defined) });
}

function namedForm(
  json: Record<string, Json>,
  outer: string,
  defined: Set<string>,
): Record<string, Json> {
  const { namespace: own, ...rest } = json;
  const name = fullName(String(rest['name']), typeof own === 'string' ? own : outer);
  const namespace = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  defined.add(name);
  const aliases = rest['aliases'] as string[] | undefined;
  const fields = rest['fields'] as Record<string, Json>[] | undefined;
  return sorted({
    ...rest,
    name,
    ...(aliases === undefined ? {} : { aliases: aliases.map((a) => fullName(a, namespace)) }),
    ...(fields === undefined
      ? {}
      : {
          fields: fields.map((field) =>
            sorted({ ...field, type: formOf(field['type'], namespace, defined) }),
          ),
        }),
  });
}

/** With its members in the order of their names; values inside stay as they are. */
function sorted(json: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
}
