import type { AssertTopicNode, PropertyNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Log, Topic } from '../log/log.ts';
import { awaitAssertion, timeoutOf } from './await-assertion.ts';
import type { StatementDefinition } from './executor.ts';

/** What can be asserted of a topic, and how it is read off. The embedded log keeps one copy of everything. */
const CONFIGS: Readonly<Record<string, (topic: Topic) => number>> = {
  PARTITIONS: (topic) => topic.partitions.length,
  REPLICAS: () => 1,
};

/** ASSERT TOPIC: waits until a topic is there (or gone) as described, and fails when the time is over. */
export const assertTopic: StatementDefinition<AssertTopicNode> = {
  kind: 'assertTopic',
  isDefinition: false,
  prepare({ node, sql }, world, { log, clock }) {
    const timeoutMs = timeoutOf(node.timeout);
    const expected = node.exists ? node.properties.map(expectation) : [];
    return {
      world,
      async run() {
        await awaitAssertion({
          node,
          timeoutMs,
          clock,
          failure: () => failureOf(node, expected, log),
        });
        return {
          '@type': 'assert_topic',
          statementText: sql,
          topicName: node.topic,
          exists: node.exists,
          warnings: [],
        };
      },
    };
  },
};

interface Expectation {
  readonly config: string;
  readonly value: number;
}

function expectation(property: PropertyNode): Expectation {
  const { name, value } = property;
  if (!Object.hasOwn(CONFIGS, name)) {
    throw errorAt(
      'BAD_STATEMENT',
      property,
      `Cannot assert unknown topic property: ${name}. It may be ${Object.keys(CONFIGS).join(' or ')}.`,
    );
  }
  if (value.type === 'INTEGER') return { config: name, value: Number(value.text) };
  throw errorAt('BAD_STATEMENT', value, `${name} has to be a whole number, such as ${name}=4.`);
}

/** What is not as asserted; null when all is. Topics the database keeps for itself do not count as there. */
function failureOf(
  { topic: name, exists }: AssertTopicNode,
  expected: readonly Expectation[],
  log: Log,
): string | null {
  const topic = name.startsWith('_') ? undefined : log.topic(name);
  if (!exists) return topic === undefined ? null : `Topic ${name} exists`;
  if (topic === undefined) return `Topic ${name} does not exist`;
  const mismatches = expected.flatMap(({ config, value }) => {
    const found = CONFIGS[config]?.(topic);
    return found === value
      ? []
      : [`For config ${config.toLowerCase()}, expected ${value} got ${found}`];
  });
  if (mismatches.length === 0) return null;
  return `Mismatched configuration for topic ${name}: ${mismatches.join(', ')}`;
}
