import { errorAt, type Located } from './error-at.ts';

const TOPIC_NAME_LENGTH_MAX = 249;
const RESERVED: ReadonlySet<string> = new Set(['_command', '_schemas', '_ticks']);

/**
 * Checks the name of a topic by Kafka's rules; names the database keeps for itself are refused as well.
 * @throws DatabaseError BAD_STATEMENT for an illegal name, FORBIDDEN for a reserved one.
 */
export function checkTopicName(name: string, node: Located): string {
  if (name.trim() === '') {
    throw errorAt('BAD_STATEMENT', node, 'The topic name is empty. Give KAFKA_TOPIC a name.');
  }
  if (name.length > TOPIC_NAME_LENGTH_MAX) {
    throw errorAt(
      'BAD_STATEMENT',
      node,
      `The topic name has ${name.length} characters; the limit is ${TOPIC_NAME_LENGTH_MAX}.`,
    );
  }
  if (!/^[A-Za-z0-9._-]+$/.test(name) || name === '.' || name === '..') {
    throw errorAt(
      'BAD_STATEMENT',
      node,
      `The topic name ${JSON.stringify(name)} is illegal: it may contain ASCII letters, digits, '.', '_' and '-', and must not be '.' or '..'.`,
    );
  }
  if (isReserved(name)) {
    throw errorAt(
      'FORBIDDEN',
      node,
      `The topic name ${name} is reserved for the database itself. Choose another one.`,
    );
  }
  return name;
}

/** Whether the database keeps the topic for itself; nobody reads or writes it by a statement. */
export function isReserved(topic: string): boolean {
  return /^_(?:_|millrace_)/.test(topic) || RESERVED.has(topic);
}
