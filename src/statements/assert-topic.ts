import type { AssertTopicNode, Duration, PropertyNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Entity } from '../api/entities.ts';
import type { Log, Topic } from '../log/log.ts';
import type { Services, StatementDefinition } from './executor.ts';

const RETRY_AFTER_MS = 100;
const TIMEOUT_MS = 1_000;
const TIMEOUT_MS_MAX = 3_600_000;
const UNIT_MS = { DAYS: 86_400_000, HOURS: 3_600_000, MINUTES: 60_000, SECONDS: 1_000 } as const;

/** What can be asserted of a topic, and how it is read off. The embedded log keeps one copy of everything. */
const CONFIGS: Readonly<Record<string, (topic: Topic) => number>> = {
  PARTITIONS: (topic) => topic.partitions.length,
  REPLICAS: () => 1,
};

/** ASSERT TOPIC: waits until a topic is there (or gone) as described, and fails when the time is over. */
export const assertTopic: StatementDefinition<AssertTopicNode> = {
  kind: 'assertTopic',
  isDefinition: false,
  prepare({ node, sql }, world, services) {
    const timeoutMs = timeoutOf(node.timeout);
    const expected = node.exists ? node.properties.map(expectation) : [];
    return { world, run: () => waitFor({ node, sql, expected, timeoutMs }, services) };
  },
};

interface Expectation {
  readonly config: string;
  readonly value: number;
}

function timeoutOf(timeout: Duration | null): number {
  if (timeout === null) return TIMEOUT_MS;
  const unitMs = timeout.unit === 'MILLISECONDS' ? 1 : UNIT_MS[timeout.unit];
  const timeoutMs = timeout.amount * unitMs;
  if (timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw errorAt('BAD_STATEMENT', timeout, 'The TIMEOUT is too long: it may be 1 hour at most.');
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

async function waitFor(
  assertion: {
    node: AssertTopicNode;
    sql: string;
    expected: readonly Expectation[];
    timeoutMs: number;
  },
  { log, clock }: Services,
): Promise<Entity> {
  const { node, sql, expected, timeoutMs } = assertion;
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const failure = failureOf(node, expected, log);
    if (failure === null) {
      return {
        '@type': 'assert_topic',
        statementText: sql,
        topicName: node.topic,
        exists: node.exists,
        warnings: [],
      };
    }
    const left = deadline - clock.monotonic();
    if (left <= 0) throw errorAt('ASSERTION_FAILED', node, failure);
    await new Promise<void>((resolve) => {
      clock.after(Math.min(RETRY_AFTER_MS, left), resolve);
    });
  }
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
