import { describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../server/app.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env } from '../../src/base/env.ts';
import { post } from '../server/clients.ts';
import { TemporaryDatabase } from '../temporary-database.ts';
import { ConnectServer } from './connect-server.ts';

const CANARY = 'canary-7f3a';
const SOURCE = `'connector.class'='org.example.OrdersSource'`;
const CREATE = `CREATE SOURCE CONNECTOR orders WITH (${SOURCE}, 'tasks.max'=1);`;

interface Asked {
  readonly status: number;
  readonly body: unknown;
}

/** Pauses between attempts take no time; the time an answer may take does. */
function impatientEnv(): Env {
  const env = nodeEnv();
  const after: Env['clock']['after'] = (delayMs, callback) =>
    env.clock.after([200, 400].includes(delayMs) ? 0 : delayMs, callback);
  return { ...env, clock: { ...env.clock, after } };
}

/** A server over a database, and what it answers to statements. */
async function start(
  properties: Readonly<Record<string, string>>,
): Promise<{ ask: (ksql: string) => Promise<Asked>; temporary: TemporaryDatabase }> {
  const temporary = await TemporaryDatabase.open({ properties, env: impatientEnv() });
  const { database: engine } = temporary;
  const server = await startServer({ engine, port: 0, logger: silentLogger });
  onTestFinished(() => server.close());
  const ask = async (ksql: string): Promise<Asked> => {
    const { status, body } = await post(server.port, '/ksql', { ksql });
    return { status, body: JSON.parse(body) as unknown };
  };
  return { ask, temporary };
}

async function startWithConnect() {
  const connect = await ConnectServer.start();
  return { connect, ...(await start({ 'ksql.connect.url': connect.url })) };
}

function list(ksql: string, connectors: readonly object[]): object {
  return { '@type': 'connector_list', statementText: ksql, connectors, warnings: [] };
}

function refusal(error_code: number, message: string, statementText: string): Asked {
  const body = { '@type': 'statement_error', error_code, message, statementText, entities: [] };
  return { status: Math.floor(error_code / 100), body };
}

describe('a server without Kafka Connect', () => {
  test.each([
    `CREATE SINK CONNECTOR c WITH ('a'='b');`,
    'DROP CONNECTOR IF EXISTS c;',
    'SHOW CONNECTORS;',
    'LIST CONNECTOR PLUGINS;',
    'DESCRIBE CONNECTOR c;',
  ])('refuses %s and names the property', async (ksql) => {
    const { ask } = await start({});
    const { status, body } = await ask(ksql);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error_code: 40001,
      message: expect.stringContaining('set ksql.connect.url') as string,
    });
  });
});

describe('CREATE CONNECTOR', () => {
  test('hands the settings to Connect and answers with what it made of them', async () => {
    const { connect, ask } = await startWithConnect();
    const settings = `${SOURCE}, 'Case.Kept'='x', tasks_max=2, 'flag'=true, 'n'=-1.50`;
    expect(await ask(`CREATE SOURCE CONNECTOR orders WITH (${settings});`)).toEqual({
      status: 200,
      body: [
        {
          '@type': 'connector_info',
          statementText: `CREATE SOURCE CONNECTOR orders WITH (${SOURCE}, 'Case.Kept'='[string]', tasks_max='[string]', 'flag'='[string]', 'n'=-'[string]');`,
          info: {
            name: 'ORDERS',
            config: {
              'connector.class': 'org.example.OrdersSource',
              'Case.Kept': 'x',
              TASKS_MAX: '2',
              flag: 'true',
              n: '-1.50',
              name: 'ORDERS',
            },
            tasks: [],
            type: 'source',
          },
          warnings: [],
        },
      ],
    });
    expect(connect.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /connectors',
      'PUT /connector-plugins/org.example.OrdersSource/config/validate',
      'POST /connectors',
    ]);
  });

  test('completes the settings of the JDBC source', async () => {
    const { connect, ask } = await startWithConnect();
    const jdbc = 'io.confluent.connect.jdbc.JdbcSourceConnector';
    const settings = `'connector.class'='${jdbc}', 'key'='id', 'transforms'='own'`;
    expect((await ask(`CREATE SOURCE CONNECTOR j WITH (${settings});`)).status).toBe(200);
    expect(connect.connectors.get('J')).toEqual({
      'connector.class': jdbc,
      name: 'J',
      'tasks.max': '1',
      transforms: 'own,ksqlCreateKey,ksqlExtractString',
      'transforms.ksqlCreateKey.type': 'org.apache.kafka.connect.transforms.ValueToKey',
      'transforms.ksqlCreateKey.fields': 'id',
      'transforms.ksqlExtractString.type': 'org.apache.kafka.connect.transforms.ExtractField$Key',
      'transforms.ksqlExtractString.field': 'id',
    });
  });

  test('of one that is there, in any case, is a conflict; with IF NOT EXISTS a warning', async () => {
    const { connect, ask } = await startWithConnect();
    connect.create({ name: 'Orders', config: {} });
    const shown = CREATE.replace(`'tasks.max'=1`, `'tasks.max'='[string]'`);
    expect(await ask(CREATE)).toEqual(refusal(40900, 'Connector ORDERS already exists', shown));
    expect(await ask(CREATE.replace('CONNECTOR', 'CONNECTOR IF NOT EXISTS'))).toEqual({
      status: 200,
      body: [
        {
          '@type': 'warning_entity',
          statementText: shown.replace('CONNECTOR', 'CONNECTOR IF NOT EXISTS'),
          message: 'Connector ORDERS already exists',
          warnings: [],
        },
      ],
    });
    expect(connect.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test.each([
    [`'tasks.max'='many', ${SOURCE}`, 'Validation error: tasks.max - Not a number. Below 1'],
    [
      `'connector.class'='no.Such'`,
      'Validation error: Failed to find any class that implements Connector: no.Such',
    ],
    [`'connector.class'=' '`, 'Validation error: Connector type cannot be empty'],
    [
      `'a'='b'`,
      "Validation error: the connector config contains no connector type: set 'connector.class'",
    ],
  ])('with %s is refused before anything of the request runs', async (settings, message) => {
    const { connect, ask, temporary } = await startWithConnect();
    const stream =
      "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
    const { status, body } = await ask(`${stream} CREATE SINK CONNECTOR c WITH (${settings});`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_code: 40001, message, entities: [] });
    expect(connect.connectors.size).toBe(0);
    expect(temporary.database.inside.catalog.source('S')).toBeNull();
  });

  test.each([
    [`${SOURCE}, 'a'='1', 'a'='2'`, "The setting 'a' is given twice."],
    [`${SOURCE}, 'a'=NULL`, "The setting 'a' cannot be NULL."],
  ])('with %s is refused', async (settings, message) => {
    const { connect, ask } = await startWithConnect();
    const { body } = await ask(`CREATE SINK CONNECTOR c WITH (${settings});`);
    expect(body).toMatchObject({
      error_code: 40001,
      message: expect.stringContaining(message) as string,
    });
    expect(connect.requests).toEqual([]);
  });

  test('is no durable statement: the command log does not know of it', async () => {
    const { ask, temporary } = await startWithConnect();
    const before = temporary.database.commandNumber;
    expect((await ask(CREATE)).status).toBe(200);
    expect(temporary.database.commandNumber).toBe(before);
  });
});

describe('DROP CONNECTOR', () => {
  test('removes it, by its exact name', async () => {
    const { connect, ask } = await startWithConnect();
    connect.create({ name: 'a/../b', config: {} });
    connect.create({ name: 'b', config: {} });
    expect(await ask('DROP CONNECTOR `a/../b`;')).toEqual({
      status: 200,
      body: [
        {
          '@type': 'drop_connector',
          statementText: 'DROP CONNECTOR `a/../b`;',
          connectorName: 'a/../b',
          warnings: [],
        },
      ],
    });
    expect([...connect.connectors.keys()]).toEqual(['b']);
    expect(connect.requests.map(({ path }) => path)).toEqual(['/connectors/a%2F..%2Fb']);
  });

  test('of none is an error; with IF EXISTS a warning', async () => {
    const { ask } = await startWithConnect();
    const message = 'Failed to drop connector: Connector C not found';
    expect(await ask('DROP CONNECTOR c;')).toEqual(refusal(40400, message, 'DROP CONNECTOR c;'));
    expect((await ask('DROP CONNECTOR IF EXISTS c;')).body).toEqual([
      {
        '@type': 'warning_entity',
        statementText: 'DROP CONNECTOR IF EXISTS c;',
        message: "Connector 'C' does not exist.",
        warnings: [],
      },
    ]);
  });

  test.each(['.', '..'])(
    'of `%s` asks Connect for nothing, and there can be none',
    async (name) => {
      const { connect, ask } = await startWithConnect();
      const message = `Kafka Connect knows nothing by the name '${name}'.`;
      const refused = { error_code: 40001, message };
      expect((await ask(`DROP CONNECTOR \`${name}\`;`)).body).toMatchObject(refused);
      expect((await ask(`DESCRIBE CONNECTOR \`${name}\`;`)).body).toMatchObject(refused);
      expect(connect.requests).toEqual([]);
      const create = CREATE.replace('orders', `\`${name}\``);
      expect((await ask(create)).body).toMatchObject(refused);
      expect(connect.connectors.size).toBe(0);
    },
  );
});

describe('SHOW CONNECTORS', () => {
  test('tells what they are and how they and their tasks are', async () => {
    const { connect, ask } = await startWithConnect();
    const state = (name: string, connector: string, tasks: readonly string[]): void => {
      const worker_id = 'w:8083';
      const each = tasks.map((task, id) => ({ id, state: task, worker_id }));
      connect.states.set(name, { connector: { state: connector, worker_id }, tasks: each });
    };
    connect.create({ name: 'a', config: { 'connector.class': 'org.example.OrdersSource' } });
    connect.create({ name: 'b', config: { 'connector.class': 'org.example.FilesSink' } });
    connect.create({ name: 'c', config: { 'connector.class': 'gone.Class' } });
    state('a', 'RUNNING', ['RUNNING', 'FAILED']);
    state('b', 'RUNNING', ['FAILED']);
    state('c', 'PAUSED', []);
    const a = {
      name: 'a',
      type: 'source',
      className: 'org.example.OrdersSource',
      state: 'RUNNING (1/2 tasks RUNNING)',
    };
    const b = {
      name: 'b',
      type: 'sink',
      className: 'org.example.FilesSink',
      state: 'WARNING (0/1 tasks RUNNING)',
    };
    const c = { name: 'c', type: 'unknown', className: 'gone.Class', state: 'PAUSED' };
    const ksql = 'SHOW CONNECTORS; LIST SOURCE CONNECTORS; SHOW SINK CONNECTORS;';
    expect((await ask(ksql)).body).toEqual([
      list('SHOW CONNECTORS;', [a, b, c]),
      list('LIST SOURCE CONNECTORS;', [a]),
      list('SHOW SINK CONNECTORS;', [b]),
    ]);
  });

  test('tells the names alone of a Connect that tells no more', async () => {
    const { connect, ask } = await startWithConnect();
    connect.answer = (_request, response) => void response.end('["old"]');
    expect((await ask('SHOW CONNECTORS;')).body).toMatchObject([
      {
        connectors: [{ name: 'old', type: 'unknown' }],
        warnings: [
          {
            message: 'Could not describe connector old: Kafka Connect does not tell what it is.',
          },
        ],
      },
    ]);
  });

  test('PLUGINS tells what can be run', async () => {
    const { ask } = await startWithConnect();
    expect((await ask('SHOW CONNECTOR PLUGINS;')).body).toEqual([
      {
        '@type': 'connector_plugins_list',
        statementText: 'SHOW CONNECTOR PLUGINS;',
        connectorsPlugins: [
          { className: 'org.example.OrdersSource', type: 'source', version: '1.2.3' },
          { className: 'org.example.FilesSink', type: 'sink', version: '4.5.6' },
          { className: 'io.confluent.connect.jdbc.JdbcSourceConnector', type: 'source' },
        ],
        warnings: [],
      },
    ]);
  });
});

describe('DESCRIBE CONNECTOR', () => {
  test('tells its state, its topics and the sources over these', async () => {
    const { connect, ask, temporary } = await startWithConnect();
    await temporary.run(
      "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    connect.create({ name: 'O', config: { 'connector.class': 'org.example.OrdersSource' } });
    connect.topics.set('O', ['orders', 'others']);
    const trace = 'Boom: http://u:pw@db/\n\tat x';
    const worker_id = 'w:8083';
    connect.states.set('O', {
      connector: { state: 'RUNNING', worker_id },
      tasks: [{ id: 0, state: 'FAILED', worker_id, trace }],
    });
    const { body } = await ask('DESCRIBE CONNECTOR o;');
    expect(body).toEqual([
      {
        '@type': 'connector_description',
        statementText: 'DESCRIBE CONNECTOR o;',
        connectorClass: 'org.example.OrdersSource',
        status: {
          name: 'O',
          connector: { state: 'RUNNING', worker_id },
          tasks: [
            { id: 0, state: 'FAILED', worker_id, trace: 'Boom: http://[redacted]@db/\n\tat x' },
          ],
          type: 'source',
        },
        sources: [expect.objectContaining({ name: 'S', topic: 'orders', extended: false })],
        topics: ['orders', 'others'],
        warnings: [],
      },
    ]);
  });

  test('goes without topics that Connect does not tell, with a warning unless it is too old to', async () => {
    const { connect, ask } = await startWithConnect();
    connect.create({ name: 'O', config: { 'connector.class': 'org.example.OrdersSource' } });
    const answerTopics = (status: number): void => {
      connect.answer = ({ path }, response) => {
        if (!path.endsWith('/topics')) return false;
        response.writeHead(status).end(JSON.stringify({ message: 'Topic tracking is disabled.' }));
        return true;
      };
    };
    answerTopics(403);
    const message = 'Could not list related topics due to error: Topic tracking is disabled.';
    expect((await ask('DESCRIBE CONNECTOR o;')).body).toMatchObject([
      { topics: [], warnings: [{ message }] },
    ]);
    answerTopics(404);
    expect((await ask('DESCRIBE CONNECTOR o;')).body).toMatchObject([{ topics: [], warnings: [] }]);
  });

  test('of none is an error', async () => {
    const { ask } = await startWithConnect();
    const message = 'Failed to query connector status: Connector C not found';
    expect(await ask('DESCRIBE CONNECTOR c;')).toEqual(
      refusal(40400, message, 'DESCRIBE CONNECTOR c;'),
    );
  });
});

describe('a Kafka Connect', () => {
  test.each([
    [CREATE, 'Failed to check for existing connector'],
    ['DROP CONNECTOR c;', 'Failed to drop connector'],
    ['SHOW CONNECTORS;', 'Failed to list connectors'],
    ['SHOW CONNECTOR PLUGINS;', 'Failed to list connector plugins'],
    ['DESCRIBE CONNECTOR c;', 'Failed to query connector status'],
  ])('that is down fails %s', async (ksql, failed) => {
    const { connect, ask } = await startWithConnect();
    connect.close();
    const { status, body } = await ask(ksql);
    expect(status).toBe(500);
    expect(body).toMatchObject({
      '@type': 'statement_error',
      error_code: 50000,
      message: `${failed}: Kafka Connect at ${connect.url} cannot be used: ECONNREFUSED. Check ksql.connect.url and that it runs.`,
    });
  });

  test('that does not answer in time fails the statement, and others go on meanwhile', async () => {
    const connect = await ConnectServer.start();
    connect.answer = () => {};
    const { ask } = await start({
      'ksql.connect.url': connect.url,
      'ksql.connect.request.timeout.ms': '50',
    });
    const slow = ask('DROP CONNECTOR c;');
    expect((await ask('SHOW STREAMS;')).status).toBe(200);
    expect((await slow).body).toMatchObject({
      error_code: 50000,
      message: expect.stringContaining('it did not answer within 50 ms') as string,
    });
  });

  test.each([
    [500, 'Out of order', 50000, 'Failed to drop connector: Out of order'],
    [502, '<html>Bad gateway</html>', 50000, 'Failed to drop connector: <html>Bad gateway</html>'],
    [409, '{"message":"Rebalancing"}', 40900, 'Failed to drop connector: Rebalancing'],
    [422, '{"message":"No"}', 40000, 'Failed to drop connector: No'],
    [404, '', 40400, 'Failed to drop connector: it answered 404'],
    [
      401,
      '',
      40300,
      'Failed to drop connector: Kafka Connect refuses the credentials of this server (401): it answered 401. See ksql.connect.basic.auth.credentials.source.',
    ],
  ])('that answers %i %s', async (status, text, code, message) => {
    const { connect, ask } = await startWithConnect();
    connect.answer = (_request, response) => void response.writeHead(status).end(text);
    expect(await ask('DROP CONNECTOR c;')).toEqual(refusal(code, message, 'DROP CONNECTOR c;'));
  });

  test.each(['[1]', '{"a":1}', '7', '"x"', '<html>', '[{"class":7}]'])(
    'that answers %s fails the statement',
    async (text) => {
      const { connect, ask } = await startWithConnect();
      connect.answer = (_request, response) => void response.end(text);
      const { status, body } = await ask('SHOW CONNECTOR PLUGINS;');
      expect(status).toBe(500);
      expect(body).toMatchObject({
        error_code: 50000,
        message: expect.stringContaining('Failed to list connector plugins: Kafka') as string,
      });
    },
  );
});

describe('secrets in settings come out of no answer', () => {
  const SECRETS = `'db.password'='${CANARY}', 'url'='jdbc:pg://u:${CANARY}@db/x?token=${CANARY}'`;

  test.each([
    ['when it is created', `CREATE SINK CONNECTOR c WITH (${SOURCE}, ${SECRETS});`, 200],
    ['when it is there', `CREATE SINK CONNECTOR there WITH (${SOURCE}, ${SECRETS});`, 409],
    ['when it is invalid', `CREATE SINK CONNECTOR c WITH ('tasks.max'='x', ${SECRETS});`, 400],
    ['after a syntax error', `CREATE SINK CONNECTOR c WITH (${SECRETS} ${SECRETS});`, 400],
    ['as the syntax error', `CREATE SINK CONNECTOR c WITH ('db.password' '${CANARY}');`, 400],
    ['in an open string', `CREATE SINK CONNECTOR c WITH ('db.password' = '${CANARY}`, 400],
    ['of another type', `CREATE CONNECTOR c WITH (${SECRETS});`, 400],
    [
      'when another statement fails',
      `CREATE SINK CONNECTOR c WITH (${SOURCE}, ${SECRETS}); DROP STREAM nope;`,
      400,
    ],
    [
      'with a setting twice',
      `CREATE SINK CONNECTOR c WITH (${SECRETS}, 'db.password'='${CANARY}');`,
      400,
    ],
  ])('%s', async (_case, ksql, expected) => {
    const { connect, ask } = await startWithConnect();
    connect.create({ name: 'THERE', config: {} });
    const { status, body } = await ask(ksql);
    expect(status).toBe(expected);
    expect(JSON.stringify(body)).not.toContain(CANARY);
  });

  test('when Connect repeats them, now or later', async () => {
    const { connect, ask } = await startWithConnect();
    const ksql = `CREATE SINK CONNECTOR c WITH (${SOURCE}, 'db.password'='bad');`;
    expect((await ask(ksql)).body).toMatchObject({
      message: 'Validation error: db.password - Invalid value [redacted]: too short',
    });
    connect.answer = ({ method }, response) => {
      if (method !== 'POST') return false;
      response.writeHead(400).end(JSON.stringify({ message: `No: ${CANARY}` }));
      return true;
    };
    const create = `CREATE SINK CONNECTOR c WITH (${SOURCE}, ${SECRETS});`;
    expect((await ask(create)).body).toMatchObject({
      message: 'Failed to create connector: No: [redacted]',
    });
  });
});
