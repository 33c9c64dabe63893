import type { PrintNode } from '../ast.ts';
import { formatString } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `PRINT topic [FROM BEGINNING] [INTERVAL|SAMPLE n] [LIMIT n]` */
export const print: StatementDefinition<PrintNode> = {
  name: 'print',
  kinds: ['print'],

  define($, { keywords, values, categories, string, count }) {
    const topicName = $.RULE('topicName', (): string => {
      const token = $.CONSUME(categories.Name);
      // Topics are not names of the dialect: the case counts even without quotes.
      return token.tokenType === values.QuotedName ? (token.payload as string) : token.image;
    });

    return $.RULE('print', (): PrintNode => {
      const first = $.CONSUME(keywords.PRINT);
      const topic = $.OR([{ ALT: () => $.SUBRULE(topicName) }, { ALT: () => $.SUBRULE(string) }]);
      const fromBeginning =
        $.OPTION(() => {
          $.CONSUME(keywords.FROM);
          return $.CONSUME(keywords.BEGINNING);
        }) !== undefined;
      const interval =
        $.OPTION1(() => {
          $.OR1([
            { ALT: () => $.CONSUME(keywords.INTERVAL) },
            { ALT: () => $.CONSUME(keywords.SAMPLE) },
          ]);
          return $.SUBRULE(count);
        }) ?? null;
      const limit =
        $.OPTION2(() => {
          $.CONSUME(keywords.LIMIT);
          return $.SUBRULE1(count);
        }) ?? null;
      return { kind: 'print', topic, fromBeginning, interval, limit, location: $.since(first) };
    });
  },

  format(node) {
    const fromBeginning = node.fromBeginning ? ' FROM BEGINNING' : '';
    const interval = node.interval === null ? '' : ` INTERVAL ${node.interval}`;
    const limit = node.limit === null ? '' : ` LIMIT ${node.limit}`;
    return `PRINT ${formatString(node.topic)}${fromBeginning}${interval}${limit}`;
  },
};
