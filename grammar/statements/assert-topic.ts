import type { AssertTopicNode, Duration } from '../ast.ts';
import { meaning, unitOf } from '../elements.ts';
import { formatDuration, formatProperties } from '../format-parts.ts';
import { formatString } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `ASSERT [NOT EXISTS] TOPIC name|'name' [WITH (...)] [TIMEOUT number unit]` */
export const assertTopic: StatementDefinition<AssertTopicNode> = {
  name: 'assertTopic',
  kinds: ['assertTopic'],

  define($, { keywords, values, categories, count, properties }) {
    const timeout = $.RULE('assertTimeout', (): Duration => {
      $.CONSUME(keywords.TIMEOUT);
      const first = $.LA(1);
      const amount = $.SUBRULE(count);
      const unit = $.CONSUME(categories.TimeUnit);
      return $.ACTION(() => ({
        kind: 'duration',
        amount,
        unit: unitOf(unit),
        location: $.since(first),
      }));
    });

    return $.RULE('assertTopic', (): AssertTopicNode => {
      const first = $.CONSUME(keywords.ASSERT);
      const absent =
        $.OPTION(() => {
          $.CONSUME(keywords.NOT);
          return $.CONSUME(keywords.EXISTS);
        }) !== undefined;
      $.CONSUME(keywords.TOPIC);
      const topic = $.OR([
        { ALT: () => $.CONSUME(categories.Name) },
        { ALT: () => $.CONSUME(values.String) },
      ]);
      const given = $.OPTION1(() => $.SUBRULE(properties)) ?? [];
      const limit = $.OPTION2(() => $.SUBRULE(timeout)) ?? null;
      return $.ACTION(() => {
        const isQuoted = topic.tokenType === values.String || topic.tokenType === values.QuotedName;
        return {
          kind: 'assertTopic',
          // Topic names keep their case, as in PRINT.
          topic: isQuoted ? meaning(topic) : topic.image,
          exists: !absent,
          properties: given,
          timeout: limit,
          location: $.since(first),
        };
      });
    });
  },

  format({ topic, exists, properties, timeout }) {
    const parts = [`ASSERT${exists ? '' : ' NOT EXISTS'} TOPIC ${formatString(topic)}`];
    if (properties.length > 0) parts.push(formatProperties(properties));
    if (timeout !== null) parts.push(`TIMEOUT ${formatDuration(timeout)}`);
    return parts.join(' ');
  },
};
