import { PassThrough } from 'node:stream';
import type { Surroundings } from '../../cli/command.ts';

/** Streams to type into and to read from, as a process would have them. */
export interface CapturedSurroundings extends Surroundings {
  readonly input: PassThrough;
  /** What was written so far. */
  outputText(): string;
  errorText(): string;
  /** Resolves once the output holds the text; the time limit of the test is the only one. */
  outputHas(text: string): Promise<void>;
}

/**
 * @param isTerminal whether the streams say that they are a terminal.
 * @param environment the variables; none unless given.
 */
export function captureSurroundings({
  isTerminal = false,
  environment = {},
  historyPath = null,
}: {
  readonly isTerminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly historyPath?: string | null;
} = {}): CapturedSurroundings {
  const input = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const output = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const errors = new PassThrough();
  let outputText = '';
  let errorText = '';
  const waiting = new Set<() => void>();
  output.setEncoding('utf8').on('data', (chunk: string) => {
    outputText += chunk;
    for (const check of waiting) check();
  });
  errors.setEncoding('utf8').on('data', (chunk: string) => (errorText += chunk));
  return {
    input,
    output,
    errors,
    environment,
    historyPath,
    outputText: () => outputText,
    errorText: () => errorText,
    outputHas: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!outputText.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}
