import type { Readable, Writable } from 'node:stream';
import type { Environment, Flag, Settings } from './settings.ts';

/** One subcommand of `millrace`. */
export interface Command {
  /** The word after `millrace`. */
  readonly name: string;
  /** The command line without options, such as `millrace server`. */
  readonly usage: string;
  /** One sentence for the list of commands. */
  readonly summary: string;
  readonly flags: readonly Flag[];
  /**
   * Does it and returns the exit code. Mistakes in the settings are its to look for, after it read them all.
   */
  run(settings: Settings, surroundings: Surroundings): Promise<number>;
}

/** A stream to read from that may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean };
/** A stream to write to that may be a terminal of so many columns. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The process around a command. */
export interface Surroundings {
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
  readonly environment: Environment;
  /** Where the shell keeps its history; null keeps none. */
  readonly historyPath: string | null;
}

/** Tells the user all mistakes of a command line at once. */
export function reportProblems(
  command: Command,
  { problems }: Settings,
  { errors }: Surroundings,
): void {
  const lines = problems.map((problem) => `  ${problem}\n`).join('');
  errors.write(`${command.usage} cannot start:\n${lines}`);
}
