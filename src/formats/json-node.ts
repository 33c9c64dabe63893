/**
 * A JSON value that lost nothing in reading: numbers keep their text, so 9007199254740993 and 1.10 stay what they
 * are.
 */
export type JsonNode = null | boolean | string | JsonNumber | JsonNode[] | JsonObject;

/** A number as it was written, for example `-1.50e3`; always valid JSON. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object. The fields are in the order of the text; of two with the same name only the last is kept. */
export class JsonObject {
  readonly fields = new Map<string, JsonNode>();
  #byUpperCase: Map<string, JsonNode> | undefined;

  set(name: string, value: JsonNode): void {
    this.fields.delete(name);
    this.fields.set(name, value);
  }

  /**
   * The field a column or struct field is read from: the one of exactly this name, else the last whose
   * upper-cased name is this name. Undefined when there is none. Call it once the object is complete.
   */
  find(name: string): JsonNode | undefined {
    const exact = this.fields.get(name);
    if (exact !== undefined) return exact;
    this.#byUpperCase ??= new Map(
      [...this.fields].map(([fieldName, value]) => [fieldName.toUpperCase(), value]),
    );
    return this.#byUpperCase.get(name);
  }
}

/** Compact JSON text; numbers keep their spelling. */
export function formatJsonNode(node: JsonNode): string {
  if (node instanceof JsonNumber) return node.text;
  if (Array.isArray(node)) return `[${node.map(formatJsonNode).join(',')}]`;
  if (node instanceof JsonObject) {
    const fields = [...node.fields].map(
      ([name, value]) => `${JSON.stringify(name)}:${formatJsonNode(value)}`,
    );
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(node);
}
