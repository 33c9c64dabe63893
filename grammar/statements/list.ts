import type { ListNode } from '../ast.ts';
import type { StatementDefinition } from '../rules.ts';

/** `SHOW|LIST STREAMS|TABLES|QUERIES [EXTENDED]`, `[ALL] TOPICS [EXTENDED]`, or one of the words in `plain`. */
export const list: StatementDefinition<ListNode> = {
  name: 'list',
  kinds: ['list'],

  define($, { keywords }) {
    const plain = [
      { ALT: () => ($.CONSUME(keywords.PROPERTIES), 'PROPERTIES' as const) },
      { ALT: () => ($.CONSUME(keywords.FUNCTIONS), 'FUNCTIONS' as const) },
      { ALT: () => ($.CONSUME(keywords.TYPES), 'TYPES' as const) },
      { ALT: () => ($.CONSUME(keywords.VARIABLES), 'VARIABLES' as const) },
    ];
    const extendable = [
      { ALT: () => ($.CONSUME(keywords.STREAMS), 'STREAMS' as const) },
      { ALT: () => ($.CONSUME(keywords.TABLES), 'TABLES' as const) },
      { ALT: () => ($.CONSUME(keywords.QUERIES), 'QUERIES' as const) },
    ];
    type Listed = Pick<ListNode, 'subject' | 'all' | 'extended'>;

    return $.RULE('list', (): ListNode => {
      const first = $.LA(1);
      $.OR([{ ALT: () => $.CONSUME(keywords.SHOW) }, { ALT: () => $.CONSUME(keywords.LIST) }]);
      const listed = $.OR1([
        { ALT: (): Listed => ({ subject: $.OR2(plain), all: false, extended: false }) },
        {
          ALT: (): Listed => {
            const all = $.OPTION(() => $.CONSUME(keywords.ALL)) !== undefined;
            $.CONSUME(keywords.TOPICS);
            const extended = $.OPTION1(() => $.CONSUME(keywords.EXTENDED)) !== undefined;
            return { subject: 'TOPICS', all, extended };
          },
        },
        {
          ALT: (): Listed => {
            const subject = $.OR3(extendable);
            const extended = $.OPTION2(() => $.CONSUME1(keywords.EXTENDED)) !== undefined;
            return { subject, all: false, extended };
          },
        },
      ]);
      return { kind: 'list', ...listed, location: $.since(first) };
    });
  },

  format(node) {
    const all = node.all ? 'ALL ' : '';
    const extended = node.extended ? ' EXTENDED' : '';
    return `SHOW ${all}${node.subject}${extended}`;
  },
};
