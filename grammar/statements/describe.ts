import type { DescribeFunctionNode, DescribeNode, Identifier } from '../ast.ts';
import { formatIdentifier, quoteIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `DESCRIBE name [EXTENDED]`, where STREAMS and TABLES without quotes mean all of them; `DESCRIBE FUNCTION name`. */
export const describe: StatementDefinition<DescribeNode | DescribeFunctionNode> = {
  name: 'describe',
  kinds: ['describe', 'describeFunction'],

  define($, { keywords, categories, name, sourceName }) {
    type Described = Pick<DescribeNode, 'source' | 'subject'>;

    const describeFunction = $.RULE('describeFunction', (): Identifier => {
      $.CONSUME(keywords.FUNCTION);
      return $.SUBRULE(name);
    });

    const describeSource = $.RULE('describeSource', (): Omit<DescribeNode, 'location'> => {
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
      return { kind: 'describe', ...described, extended };
    });

    return $.RULE('describe', (): DescribeNode | DescribeFunctionNode => {
      const first = $.CONSUME(keywords.DESCRIBE);
      return $.OR1([
        {
          // FUNCTION is a name as well: then no other name follows.
          GATE: () => $.LA(2).tokenType.CATEGORIES?.includes(categories.Name) === true,
          ALT: (): DescribeNode | DescribeFunctionNode => {
            const described = $.SUBRULE(describeFunction);
            return { kind: 'describeFunction', function: described, location: $.since(first) };
          },
        },
        {
          ALT: (): DescribeNode | DescribeFunctionNode => {
            const described = $.SUBRULE(describeSource);
            return { ...described, location: $.since(first) };
          },
        },
      ]);
    });
  },

  format(node) {
    if (node.kind === 'describeFunction') {
      return `DESCRIBE FUNCTION ${formatIdentifier(node.function.name)}`;
    }
    const extended = node.extended ? ' EXTENDED' : '';
    return `DESCRIBE ${formatSubject(node)}${extended}`;
  },
};

function formatSubject({ source, subject }: DescribeNode): string {
  if (source === null) return subject ?? 'STREAMS';
  return source.name === 'TABLES' ? quoteIdentifier(source.name) : formatIdentifier(source.name);
}
