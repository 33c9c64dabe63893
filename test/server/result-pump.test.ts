import { expect, test } from 'vitest';
import { pumpResult } from '../../server/result-pump.ts';
import type { TextSink } from '../../server/text-sink.ts';
import { rows, ScriptedResult } from './scripted-engine.ts';
import { ID_TOTAL } from './test-server.ts';

/** Takes everything, but is gone after so many writes. */
class ListSink implements TextSink {
  readonly texts: string[] = [];
  readonly #countMax: number;

  constructor(countMax = Infinity) {
    this.#countMax = countMax;
  }

  write(text: string): true | Promise<boolean> {
    this.texts.push(text);
    return this.texts.length < this.#countMax ? true : Promise.resolve(false);
  }
}

const OPTIONS = {
  row: (columns: string, tombstone: boolean) => (tombstone ? null : `${columns};`),
  line: (line: string) => `${line};`,
};

function result(): ScriptedResult {
  return new ScriptedResult({
    kind: 'push',
    columns: ID_TOTAL,
    batches: [
      rows([1, 1], [2, 2], [3, 3]),
      {
        kind: 'rows',
        rows: [
          [4, 4],
          [5, null],
        ],
        tombstones: [false, true],
      },
      { kind: 'rows', rows: [[6, null]], tombstones: [true] },
    ],
    end: null,
  });
}

test('writes each row by itself, but for those that are not sent', async () => {
  const sink = new ListSink();
  expect(await pumpResult(result(), sink, { ...OPTIONS, chunkLength: 0 })).toBe(true);
  expect(sink.texts).toEqual(['[1,1];', '[2,2];', '[3,3];', '[4,4];']);
});

test('joins rows up to the chunk length, and never beyond their batch', async () => {
  const sink = new ListSink();
  await pumpResult(result(), sink, { ...OPTIONS, chunkLength: 12 });
  expect(sink.texts).toEqual(['[1,1];[2,2];', '[3,3];', '[4,4];']);
});

test('stops at once when the client is gone', async () => {
  const sink = new ListSink(2);
  expect(await pumpResult(result(), sink, { ...OPTIONS, chunkLength: 0 })).toBe(false);
  expect(sink.texts).toEqual(['[1,1];', '[2,2];']);
});

test('writes lines', async () => {
  const sink = new ListSink();
  const print = new ScriptedResult({
    kind: 'print',
    batches: [{ kind: 'lines', lines: ['a', 'b'] }],
    end: null,
  });
  await pumpResult(print, sink, { ...OPTIONS, chunkLength: 0 });
  expect(sink.texts).toEqual(['a;', 'b;']);
});
