/** One option of a command: `--name VALUE`, or `--name` alone when it has no `value`. */
export interface Flag {
  readonly name: string;
  /** One letter, for `-x`. */
  readonly short?: string;
  /** What stands for the value in the help, such as `DIR`; absent for a switch. */
  readonly value?: string;
  /** The variable read when the flag is not given; for flags with a value. */
  readonly variable?: string;
  readonly summary: string;
  /** Whether it may be given several times; see {@link Settings.all}. */
  readonly several?: boolean;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Setting {
  readonly text: string;
  /** How the user wrote its name, `--port` or `MILLRACE_PORT`. */
  readonly origin: string;
}

/**
 * What the command line and the environment say; the command line wins. Every mistake is collected in `problems`
 * instead of thrown, so that all of them can be shown at once: read all settings, then look at `problems`.
 */
export class Settings {
  readonly positionals: readonly string[];
  readonly #settings = new Map<string, Setting>();
  /** Of flags that may be given several times, in order. */
  readonly #lists = new Map<string, string[]>();
  readonly #problems: string[] = [];

  constructor(flags: readonly Flag[], argv: readonly string[], environment: Environment) {
    for (const { name, variable } of flags) {
      const text = variable === undefined ? undefined : environment[variable];
      // An empty variable is how a shell script leaves one unset.
      if (text) this.#settings.set(name, { text, origin: variable ?? '' });
    }
    this.positionals = this.#readArguments(flags, argv);
  }

  /** One sentence per mistake found so far. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Adds a mistake that only the command can see. */
  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  has(name: string): boolean {
    return this.#settings.has(name);
  }

  /** The text of a setting; null when it is not given. */
  text(name: string): string | null {
    return this.#settings.get(name)?.text ?? null;
  }

  /** All texts of a flag that may be given several times, in order. */
  all(name: string): readonly string[] {
    return this.#lists.get(name) ?? [];
  }

  /** A whole number within the bounds; null when it is not given or wrong. */
  number(name: string, { min, max }: { min: number; max: number }): number | null {
    const setting = this.#settings.get(name);
    if (setting === undefined) return null;
    const value = /^\d+$/.test(setting.text) ? Number(setting.text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.#problems.push(
      `${setting.origin} must be a whole number from ${min} to ${max}; found "${setting.text}".`,
    );
    return null;
  }

  /** One of the words, whatever its case; null when it is not given or wrong. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word | null {
    const setting = this.#settings.get(name);
    if (setting === undefined) return null;
    const word = words.find((candidate) => candidate === setting.text.toLowerCase());
    if (word !== undefined) return word;
    this.#problems.push(
      `${setting.origin} must be one of ${words.join(', ')}; found "${setting.text}".`,
    );
    return null;
  }

  /** What `parse` makes of the text; null when it is not given or parsed to undefined. */
  parsed<T>(
    name: string,
    { expected, parse }: { readonly expected: string; parse(text: string): T | undefined },
  ): T | null {
    const setting = this.#settings.get(name);
    if (setting === undefined) return null;
    const value = parse(setting.text);
    if (value !== undefined) return value;
    this.#problems.push(`${setting.origin} must be ${expected}; found "${setting.text}".`);
    return null;
  }

  #readArguments(flags: readonly Flag[], argv: readonly string[]): string[] {
    const positionals: string[] = [];
    for (let i = 0; i < argv.length; i++) {
      const argument = argv[i] ?? '';
      if (argument === '--') return [...positionals, ...argv.slice(i + 1)];
      if (!/^-./.test(argument)) {
        positionals.push(argument);
        continue;
      }
      const [, written = argument, attached] = /^(--[^=]+)=([\s\S]*)$/.exec(argument) ?? [];
      const flag = flags.find(
        ({ name, short }) => written === `--${name}` || written === `-${short}`,
      );
      if (flag === undefined) {
        this.#problems.push(`There is no option ${written}; --help lists those there are.`);
      } else if (flag.value === undefined) {
        if (attached !== undefined) this.#problems.push(`${written} takes no value.`);
        this.#settings.set(flag.name, { text: '', origin: written });
      } else {
        const text = attached ?? argv[++i];
        if (text === undefined) {
          this.#problems.push(`${written} needs a value: ${written} ${flag.value}.`);
        } else {
          this.#settings.set(flag.name, { text, origin: written });
          if (flag.several) this.#lists.set(flag.name, [...this.all(flag.name), text]);
        }
      }
    }
    return positionals;
  }
}
