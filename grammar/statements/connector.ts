import type {
  CreateConnectorNode,
  DescribeConnectorNode,
  DropConnectorNode,
  ListConnectorsNode,
} from '../ast.ts';
import { formatProperties } from '../format-parts.ts';
import { formatIdentifier } from '../names.ts';
import type { StatementDefinition } from '../rules.ts';

/** `CREATE SOURCE|SINK CONNECTOR [IF NOT EXISTS] name WITH (...)` */
export const createConnector: StatementDefinition<CreateConnectorNode> = {
  name: 'createConnector',
  third: 'CONNECTOR',
  kinds: ['createConnector'],

  define($, { keywords, name, settings }) {
    return $.RULE('createConnector', (): CreateConnectorNode => {
      const first = $.CONSUME(keywords.CREATE);
      const direction = $.OR([
        { ALT: () => ($.CONSUME(keywords.SOURCE), 'SOURCE' as const) },
        { ALT: () => ($.CONSUME(keywords.SINK), 'SINK' as const) },
      ]);
      $.CONSUME(keywords.CONNECTOR);
      const ifNotExists =
        $.OPTION(() => {
          $.CONSUME(keywords.IF);
          $.CONSUME(keywords.NOT);
          return $.CONSUME(keywords.EXISTS);
        }) !== undefined;
      const connector = $.SUBRULE(name);
      const given = $.SUBRULE(settings);
      return {
        kind: 'createConnector',
        direction,
        ifNotExists,
        name: connector,
        properties: given,
        location: $.since(first),
      };
    });
  },

  format({ direction, ifNotExists, name, properties }) {
    const guard = ifNotExists ? 'IF NOT EXISTS ' : '';
    return `CREATE ${direction} CONNECTOR ${guard}${formatIdentifier(name.name)} ${formatProperties(properties)}`;
  },
};

/** `DROP CONNECTOR [IF EXISTS] name` */
export const dropConnector: StatementDefinition<DropConnectorNode> = {
  name: 'dropConnector',
  kinds: ['dropConnector'],

  define($, { keywords, name }) {
    return $.RULE('dropConnector', (): DropConnectorNode => {
      const first = $.CONSUME(keywords.DROP);
      $.CONSUME(keywords.CONNECTOR);
      const ifExists =
        $.OPTION(() => {
          $.CONSUME(keywords.IF);
          return $.CONSUME(keywords.EXISTS);
        }) !== undefined;
      const connector = $.SUBRULE(name);
      return { kind: 'dropConnector', ifExists, name: connector, location: $.since(first) };
    });
  },

  format: ({ ifExists, name }) =>
    `DROP CONNECTOR ${ifExists ? 'IF EXISTS ' : ''}${formatIdentifier(name.name)}`,
};

/** `SHOW|LIST [SOURCE|SINK] CONNECTORS` and `SHOW|LIST CONNECTOR PLUGINS` */
export const listConnectors: StatementDefinition<ListConnectorsNode> = {
  name: 'listConnectors',
  kinds: ['listConnectors'],

  define($, { keywords }) {
    type Listed = Pick<ListConnectorsNode, 'subject' | 'direction'>;
    return $.RULE('listConnectors', (): ListConnectorsNode => {
      const first = $.LA(1);
      $.OR([{ ALT: () => $.CONSUME(keywords.SHOW) }, { ALT: () => $.CONSUME(keywords.LIST) }]);
      const listed = $.OR1([
        {
          ALT: (): Listed => {
            $.CONSUME(keywords.CONNECTOR);
            $.CONSUME(keywords.PLUGINS);
            return { subject: 'CONNECTOR PLUGINS', direction: null };
          },
        },
        {
          ALT: (): Listed => {
            const direction = $.OPTION(() =>
              $.OR2([
                { ALT: () => ($.CONSUME(keywords.SOURCE), 'SOURCE' as const) },
                { ALT: () => ($.CONSUME(keywords.SINK), 'SINK' as const) },
              ]),
            );
            $.CONSUME(keywords.CONNECTORS);
            return { subject: 'CONNECTORS', direction: direction ?? null };
          },
        },
      ]);
      return { kind: 'listConnectors', ...listed, location: $.since(first) };
    });
  },

  format: ({ subject, direction }) => `SHOW ${direction === null ? '' : `${direction} `}${subject}`,
};

/** `DESCRIBE CONNECTOR name` */
export const describeConnector: StatementDefinition<DescribeConnectorNode> = {
  name: 'describeConnector',
  kinds: ['describeConnector'],

  define($, { keywords, name }) {
    return $.RULE('describeConnector', (): DescribeConnectorNode => {
      const first = $.CONSUME(keywords.DESCRIBE);
      $.CONSUME(keywords.CONNECTOR);
      const connector = $.SUBRULE(name);
      return { kind: 'describeConnector', name: connector, location: $.since(first) };
    });
  },

  format: ({ name }) => `DESCRIBE CONNECTOR ${formatIdentifier(name.name)}`,
};
