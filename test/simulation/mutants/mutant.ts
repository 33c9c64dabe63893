/** A bug to plant: a piece of a source file and what is put in its place. */
export interface Mutant {
  /** Names it on the command line. */
  readonly name: string;
  /** Path from the root of the project. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** What goes wrong with it. */
  readonly bug: string;
}

/**
 * The source with the bug in it.
 * @throws RangeError when the text does not stand in the source exactly once: the mutant has to follow the source.
 */
export function mutated(source: string, { name, file, text, replacement }: Mutant): string {
  const [before, after, ...more] = source.split(text);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new RangeError(
      `mutant ${name}: its text stands ${more.length + (after === undefined ? 0 : 1)} times in ${file}, not once`,
    );
  }
  return before + replacement + after;
}
