import type { DescribeNode } from '../ast.ts';
import { formatIdentifier, quoteIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `DESCRIBE name [EXTENDED]`; STREAMS and TABLES without quotes mean all of them. */
export const describe: StatementDefinition<DescribeNode> = {
  name: 'describe',
  kinds: ['describe'],

  define($, { keywords, sourceName }) {
    type Described = Pick<DescribeNode, 'source' | 'subject'>;

    return $.RULE('describe', (): DescribeNode => {
      const first = $.CONSUME(keywords.DESCRIBE);
      const described = $.OR([
        {
          ALT: (): Described => ($.CONSUME(keywords.STREAMS), { source: null, subject: 'STREAMS' }),
        },
        {
          // TABLES is a name as well, and this meaning goes first.
          GATE: () => true,
          ALT: (): Described => ($.CONSUME(keywords.TABLES), { source: null, subject: 'TABLES' }),
        },
        { ALT: (): Described => ({ source: $.SUBRULE(sourceName), subject: null }) },
      ]);
      const extended = $.OPTION(() => $.CONSUME(keywords.EXTENDED)) !== undefined;
      return { kind: 'describe', ...described, extended, location: $.since(first) };
    });
  },

  format(node) {
    const extended = node.extended ? ' EXTENDED' : '';
    return `DESCRIBE ${formatSubject(node)}${extended}`;
  },
};

function formatSubject({ source, subject }: DescribeNode): string {
  if (source === null) return subject ?? 'STREAMS';
  return source.name === 'TABLES' ? quoteIdentifier(source.name) : formatIdentifier(source.name);
}
