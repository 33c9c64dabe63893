import type { AssertSchemaNode, AssertTopicNode, Duration, PropertyNode } from '../ast.ts';
import { meaning, unitOf } from '../elements.ts';
import { formatDuration, formatProperties } from '../format-parts.ts';
import { formatString } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/**
 * `ASSERT [NOT EXISTS] TOPIC name|'name' [WITH (...)] [TIMEOUT number unit]` and
 * `ASSERT [NOT EXISTS] SCHEMA [SUBJECT name|'name'] [ID number] [TIMEOUT number unit]`
 */
export const assert: StatementDefinition<AssertTopicNode | AssertSchemaNode> = {
  name: 'assert',
  kinds: ['assertTopic', 'assertSchema'],

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

    /** Topics and subjects keep their case, as in PRINT. */
    const asWritten = $.RULE('nameAsWritten', (): string => {
      const token = $.OR([
        { ALT: () => $.CONSUME(categories.Name) },
        { ALT: () => $.CONSUME(values.String) },
      ]);
      return $.ACTION(() => {
        const isQuoted = token.tokenType === values.String || token.tokenType === values.QuotedName;
        return isQuoted ? meaning(token) : token.image;
      });
    });

    type AssertedTopic = Pick<AssertTopicNode, 'kind' | 'topic' | 'properties'>;
    const assertedTopic = $.RULE('assertedTopic', (): AssertedTopic => {
      $.CONSUME(keywords.TOPIC);
      const topic = $.SUBRULE(asWritten);
      const given: readonly PropertyNode[] = $.OPTION(() => $.SUBRULE(properties)) ?? [];
      return { kind: 'assertTopic', topic, properties: given };
    });

    type AssertedSchema = Pick<AssertSchemaNode, 'kind' | 'subject' | 'id'>;
    const assertedSchema = $.RULE('assertedSchema', (): AssertedSchema => {
      $.CONSUME(keywords.SCHEMA);
      const subject = $.OPTION(() => {
        $.CONSUME(keywords.SUBJECT);
        return $.SUBRULE(asWritten);
      });
      const id = $.OPTION1(() => {
        $.CONSUME(keywords.ID);
        return $.SUBRULE(count);
      });
      return { kind: 'assertSchema', subject: subject ?? null, id: id ?? null };
    });

    return $.RULE('assert', (): AssertTopicNode | AssertSchemaNode => {
      const first = $.CONSUME(keywords.ASSERT);
      const absent =
        $.OPTION(() => {
          $.CONSUME(keywords.NOT);
          return $.CONSUME(keywords.EXISTS);
        }) !== undefined;
      const asserted = $.OR([
        { ALT: (): AssertedTopic | AssertedSchema => $.SUBRULE(assertedTopic) },
        { ALT: (): AssertedTopic | AssertedSchema => $.SUBRULE(assertedSchema) },
      ]);
      const limit = $.OPTION1(() => $.SUBRULE(timeout)) ?? null;
      return $.ACTION(() => ({
        ...asserted,
        exists: !absent,
        timeout: limit,
        location: $.since(first),
      }));
    });
  },

  format(node) {
    const parts = [`ASSERT${node.exists ? '' : ' NOT EXISTS'}`];
    if (node.kind === 'assertTopic') {
      parts.push(`TOPIC ${formatString(node.topic)}`);
      if (node.properties.length > 0) parts.push(formatProperties(node.properties));
    } else {
      parts.push('SCHEMA');
      if (node.subject !== null) parts.push(`SUBJECT ${formatString(node.subject)}`);
      if (node.id !== null) parts.push(`ID ${node.id}`);
    }
    if (node.timeout !== null) parts.push(`TIMEOUT ${formatDuration(node.timeout)}`);
    return parts.join(' ');
  },
};
