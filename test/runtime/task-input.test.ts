import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { Change } from '../../src/operators/change.ts';
import { Task } from '../../src/runtime/task.ts';
import { HandoverInput } from '../../src/runtime/task-input.ts';

const { clock } = nodeEnv();

/** A row that says where it came from. */
function row(name: string, time: number): Change {
  return new Change([], null, [name], time, 0, 0, 0, 0);
}

function namesOf(changes: readonly Change[]): string {
  return changes.map(({ after }) => String(after?.[0])).join(' ');
}

/** Lets a task process rows of several inputs, and gives their order. */
async function processed(...queues: readonly (readonly [string, number])[][]): Promise<string> {
  const inputs = queues.map((rows, stepId) => {
    const input = new HandoverInput({ stepId, fromCount: 1 });
    for (const [name, time] of rows) input.push(0, row(name, time));
    return input;
  });
  const out: Change[] = [];
  const exit = { write: (changes: readonly Change[]) => void out.push(...changes) };
  const edges = new Map(queues.map((_, stepId) => [stepId, [{ kind: 'exit' as const, exit }]]));
  const task = new Task({ partition: 0, inputs, operators: new Map(), edges, clock });
  await task.fill();
  const limit = { recordsLeft: 1000, deadline: Infinity, hasTaken: false };
  await task.process(limit, { horizon: task.horizon(1_000), isWhole: false });
  return namesOf(out);
}

describe('a hand-over', () => {
  test('merges by event time what several tasks hand over, ties by partition', () => {
    const input = new HandoverInput({ stepId: 1, fromCount: 3 });
    input.push(2, row('c5', 5));
    input.push(1, row('b5', 5));
    input.push(1, row('b7', 7));
    input.push(0, row('a6', 6));
    input.fill();
    expect(input.headTime()).toBe(5);
    expect(namesOf(input.take(Infinity, 100))).toBe('b5 c5 a6 b7');
    expect(input.headTime()).toBe(null);
  });

  test('never reorders the rows of one task', () => {
    const input = new HandoverInput({ stepId: 1, fromCount: 2 });
    input.push(0, row('a9', 9));
    input.push(0, row('a1', 1));
    input.push(1, row('b5', 5));
    input.fill();
    expect(namesOf(input.take(Infinity, 100))).toBe('b5 a9 a1');
  });

  test('gives at least one row, then those up to a time, and no more than asked for', () => {
    const input = new HandoverInput({ stepId: 1, fromCount: 1 });
    for (const time of [3, 4, 9, 5, 6]) input.push(0, row(`r${time}`, time));
    input.fill();
    expect(namesOf(input.take(1, 100))).toBe('r3');
    expect(namesOf(input.take(8, 100))).toBe('r4');
    expect(namesOf(input.take(9, 2))).toBe('r9 r5');
    expect(namesOf(input.take(9, 100))).toBe('r6');
  });

  test('is empty after it was cleared', () => {
    const input = new HandoverInput({ stepId: 1, fromCount: 1 });
    input.push(0, row('a', 1));
    input.fill();
    input.push(0, row('b', 2));
    input.clear();
    input.fill();
    expect(input.headTime()).toBe(null);
  });
});

describe('a task', () => {
  test('takes the input whose next row is earliest, and the first one in a tie', async () => {
    expect(
      await processed([['a1', 1], ['a5', 5], ['a5b', 5]], [['b3', 3], ['b5', 5], ['b6', 6]]),
    ).toBe('a1 b3 a5 a5b b5 b6'); // prettier-ignore
    expect(await processed([['a5', 5]], [['b5', 5]], [['c4', 4]])).toBe('c4 a5 b5'); // prettier-ignore
  });

  test('keeps the order within an input though its times go back', async () => {
    expect(await processed([['a9', 9], ['a1', 1]], [['b5', 5]])).toBe('b5 a9 a1'); // prettier-ignore
  });

  test('does the same as taking row by row', async () => {
    const times = fc.array(fc.nat(6), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(times, { minLength: 1, maxLength: 3 }), async (inputs) => {
        const queues = inputs.map((input, index) =>
          input.map((time, n): readonly [string, number] => [`${index}.${n}`, time]),
        );
        const expected: string[] = [];
        const heads = queues.map(() => 0);
        for (;;) {
          let best = -1;
          queues.forEach((queue, index) => {
            const time = queue[heads[index]!]?.[1] ?? Infinity;
            const bestTime = best < 0 ? Infinity : queues[best]![heads[best]!]![1];
            if (time < bestTime) best = index;
          });
          if (best < 0) break;
          expected.push(queues[best]![heads[best]!]![0]);
          heads[best]!++;
        }
        expect(await processed(...queues)).toBe(expected.join(' '));
      }),
    );
  });
});
