import { expect, test } from 'vitest';
import type { ExpressionNode } from '../../grammar/ast.ts';
import { formatExpression } from '../../grammar/format.ts';
import { parseExpression } from '../../grammar/parser.ts';
import { visitExpression } from '../../grammar/visit.ts';

function visited(text: string, goInto: (node: ExpressionNode) => boolean = () => true): string[] {
  const found: string[] = [];
  visitExpression(parseExpression(text), (node) => {
    found.push(formatExpression(node));
    return goInto(node);
  });
  return found;
}

test('outer expressions come before inner ones, in the order of the text', () => {
  expect(visited('f(a, -b) + c[d]->e')).toEqual([
    '(F(A, -B) + C[D]->E)',
    'F(A, -B)',
    'A',
    '-B',
    'B',
    'C[D]->E',
    'C[D]',
    'C',
    'D',
  ]);
});

test.each([
  ['case x when a then b else c end', ['X', 'A', 'B', 'C']],
  ['a between b and c', ['A', 'B', 'C']],
  ['a in (b, c)', ['A', 'B', 'C']],
  ['a like b', ['A', 'B']],
  ['a is distinct from b', ['A', 'B']],
  ['not a', ['A']],
  ['a is null', ['A']],
  ['cast(a as int)', ['A']],
  ['array[a, b]', ['A', 'B']],
  ['map(a := b)', ['A', 'B']],
  ['struct(f := a)', ['A']],
  ['f(a, x => b)', ['A', 'X => B', 'B']],
])('inside %s are %j', (text, inner) => {
  expect(visited(text).slice(1)).toEqual(inner);
});

test('what is inside a refused node is left out', () => {
  expect(visited('f(a) + b', (node) => node.kind !== 'call')).toEqual(['(F(A) + B)', 'F(A)', 'B']);
});

test('a chain of 25,000 terms costs no stack', () => {
  let count = 0;
  const text = Array.from({ length: 25_000 }, () => 'a').join(' OR ');
  visitExpression(parseExpression(text), () => {
    count++;
  });
  expect(count).toBe(49_999);
});
