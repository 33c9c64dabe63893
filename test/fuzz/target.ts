import type { SeededRandom } from '../faults/random.ts';

/** Something that is given broken input over and over. */
export interface Target {
  readonly name: string;
  /**
   * Gives the server on this port one input and waits for what it says.
   * @returns the input, so that a finding can be told.
   */
  attempt(port: number, random: SeededRandom, setInput: (input: string) => void): Promise<void>;
}
