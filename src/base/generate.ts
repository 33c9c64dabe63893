let makeCode: (text: string) => Code;
let textOf: (code: Code) => string;

/**
 * JavaScript source text that our own code wrote. The only ways to make one are the `js` template, which takes
 * other pieces of code and array indexes but no text, and {@link FunctionBuilder}, which names values it keeps
 * outside of the text. Nothing a user sends can therefore become code.
 */
export class Code {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static {
    makeCode = (text) => new Code(text);
    textOf = (code) => code.#text;
  }
}

/** Code from a template of our own; numbers are array indexes. */
export function js(strings: TemplateStringsArray, ...parts: readonly (Code | number)[]): Code {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) {
    text += partText(part);
    text += strings[index + 1] ?? '';
  }
  return makeCode(text);
}

function partText(part: Code | number): string {
  if (part instanceof Code) return textOf(part);
  if (typeof part !== 'number') throw new TypeError(`A ${typeof part} is no code`);
  if (!Number.isSafeInteger(part) || part < 0) throw new RangeError(`${part} is not an index`);
  return String(part);
}

/** Pieces of code with the same text between each two. */
export function joinCode(pieces: readonly Code[], separator: Code): Code {
  return makeCode(pieces.map(textOf).join(textOf(separator)));
}

/**
 * Collects what one generated function needs: the values it refers to, its variables, and inner functions of
 * the same parameters.
 */
export class FunctionBuilder {
  readonly #parameters: Code;
  readonly #constants: unknown[] = [];
  readonly #constantNames = new Map<unknown, Code>();
  #innerFunctions: Code[] = [];
  #variables: Code[] = [];
  #nameCount = 0;

  /** @param parameters names, with commas. */
  constructor(parameters: Code) {
    this.#parameters = parameters;
  }

  /** A name for a value; the value itself never becomes text. */
  constant(value: unknown): Code {
    const known = this.#constantNames.get(value);
    if (known !== undefined) return known;
    const name = makeCode(`c${this.#constants.length}`);
    this.#constants.push(value);
    // A Map cannot tell 0 from -0.
    if (value !== 0) this.#constantNames.set(value, name);
    return name;
  }

  /** A new variable of the function being built. */
  variable(): Code {
    const name = this.#newName('t');
    this.#variables.push(name);
    return name;
  }

  /** Defines a function whose body `write` makes, with variables of its own, and returns its name. */
  innerFunction(write: () => Code): Code {
    const name = this.#newName('f');
    const outer = this.#variables;
    this.#variables = [];
    const body = write();
    this.#innerFunctions.push(
      js`function ${name}(${this.#parameters}) { ${this.#declarations()} ${body} }`,
    );
    this.#variables = outer;
    return name;
  }

  /**
   * A function of these parameters whose result `write` makes. It sees those of the functions it is written in; variables and inner functions are its own.
   */
  lambda(parameters: readonly Code[], write: () => Code): Code {
    const outerVariables = this.#variables;
    const outerFunctions = this.#innerFunctions;
    this.#variables = [];
    this.#innerFunctions = [];
    const result = write();
    const code = js`((${joinCode(parameters, js`, `)}) => { ${this.#declarations()}
${joinCode(this.#innerFunctions, js`\n`)} return ${result}; })`;
    this.#variables = outerVariables;
    this.#innerFunctions = outerFunctions;
    return code;
  }

  /** The finished function, given its body. */
  build<T>(body: Code): T {
    const names = this.#constants.map((_, index) => makeCode(`c${index}`));
    const constants =
      names.length === 0 ? js`` : js`const [${joinCode(names, js`, `)}] = constants;`;
    const source = js`'use strict';
${constants}
${joinCode(this.#innerFunctions, js`\n`)}
return function (${this.#parameters}) { ${this.#declarations()} ${body} };`;
    // The text consists of Code alone, see above.
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the reason for this file
    const create = new Function('constants', textOf(source)) as (constants: unknown[]) => T;
    return create(this.#constants);
  }

  #newName(prefix: 't' | 'f'): Code {
    return makeCode(`${prefix}${this.#nameCount++}`);
  }

  #declarations(): Code {
    return this.#variables.length === 0 ? js`` : js`let ${joinCode(this.#variables, js`, `)};`;
  }
}
