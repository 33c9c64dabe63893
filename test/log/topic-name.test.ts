import { describe, expect, test } from 'vitest';
import { checkTopicName } from '../../src/log/topic-name.ts';

describe('checkTopicName', () => {
  test.each(['a', 'Clicks.by_user-2', '...', 'CON', '0', 'x'.repeat(249)])('takes %s', (name) => {
    expect(() => checkTopicName(name)).not.toThrow();
  });

  test.each([
    ['', 'The topic name is empty'],
    ['.', "A topic cannot be called '.'"],
    ['..', "A topic cannot be called '..'"],
    ['a/b', 'Topic name "a/b" contains "/"'],
    ['a\\b', 'contains "\\\\"'],
    ['../../etc/passwd', 'contains "/"'],
    ['%2e%2e', 'contains "%"'],
    ['a b', 'contains " "'],
    ['a\nb', 'contains "\\n"'],
    ['café', 'contains "é"'],
    ['💧', 'contains "💧"'],
    ['x'.repeat(250), 'has 250 characters'],
  ])('refuses %j and says what is wrong', (name, message) => {
    expect(() => checkTopicName(name, { allowInternal: true })).toThrow(
      expect.objectContaining({
        code: 'BAD_STATEMENT',
        message: expect.stringContaining(message),
      }),
    );
  });

  test('keeps names beginning with _ for the database', () => {
    expect(() => checkTopicName('_command')).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining('reserved') }),
    );
    expect(() => checkTopicName('_command', { allowInternal: true })).not.toThrow();
  });
});
