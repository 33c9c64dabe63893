import type { ListNode } from '../ast.ts';
import type { StatementDefinition } from '../rules.ts';

/** `SHOW|LIST STREAMS|TABLES|QUERIES [EXTENDED]`, `[ALL] TOPICS [EXTENDED]` and `PROPERTIES`. */
export const list: StatementDefinition<ListNode> = {
  name: 'list',
  kinds: ['list'],

  define($, { keywords }) {
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
        {
          ALT: (): Listed => {
            $.CONSUME(keywords.PROPERTIES);
            return { subject: 'PROPERTIES', all: false, extended: false };
          },
        },
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
            const subject = $.OR2(extendable);
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
