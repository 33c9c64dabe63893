import type { DropSourceNode } from '../ast.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `DROP STREAM|TABLE [IF EXISTS] name [DELETE TOPIC]` */
export const dropSource: StatementDefinition<DropSourceNode> = {
  name: 'dropSource',
  kinds: ['dropSource'],

  define($, { keywords, sourceKind, sourceName }) {
    return $.RULE('dropSource', (): DropSourceNode => {
      const first = $.CONSUME(keywords.DROP);
      const kind = $.SUBRULE(sourceKind);
      const ifExists =
        $.OPTION(() => {
          $.CONSUME(keywords.IF);
          return $.CONSUME(keywords.EXISTS);
        }) !== undefined;
      const name = $.SUBRULE(sourceName);
      const deleteTopic =
        $.OPTION1(() => {
          $.CONSUME(keywords.DELETE);
          return $.CONSUME(keywords.TOPIC);
        }) !== undefined;
      const location = $.since(first);
      return { kind: 'dropSource', sourceKind: kind, ifExists, name, deleteTopic, location };
    });
  },

  format(node) {
    const ifExists = node.ifExists ? ' IF EXISTS' : '';
    const deleteTopic = node.deleteTopic ? ' DELETE TOPIC' : '';
    return `DROP ${node.sourceKind}${ifExists} ${formatIdentifier(node.name.name)}${deleteTopic}`;
  },
};
