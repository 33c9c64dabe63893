import { expect, test } from 'vitest';
import { renderEntity } from '../../cli/render.ts';

function lines(...text: string[]): string {
  return text.map((line) => `${line}\n`).join('');
}

const base = { statementText: '', warnings: [] };

test('connectors are a table, with blanks for what is not known', () => {
  const connectors = [
    { name: 'orders', type: 'source', className: 'a.B', state: 'RUNNING (1/1 tasks RUNNING)' },
    { name: 'lost', type: 'unknown' },
  ] as const;
  const warnings = [{ message: 'Could not describe connector lost: no' }];
  expect(renderEntity({ '@type': 'connector_list', ...base, connectors, warnings })).toBe(
    lines(
      ' Connector Name | Type    | Class | Status',
      '-----------------------------------------------------------------',
      ' orders         | SOURCE  | a.B   | RUNNING (1/1 tasks RUNNING)',
      ' lost           | UNKNOWN |       |',
      '-----------------------------------------------------------------',
      'WARNING: Could not describe connector lost: no',
    ),
  );
});

test('plugins are a table', () => {
  const connectorsPlugins = [
    { className: 'a.B', type: 'sink', version: '1.0' },
    { className: 'c.D', type: 'header_converter' },
  ];
  expect(renderEntity({ '@type': 'connector_plugins_list', ...base, connectorsPlugins })).toBe(
    lines(
      ' Class | Type             | Version',
      '-------------------------------------',
      ' a.B   | SINK             | 1.0',
      ' c.D   | HEADER_CONVERTER |',
      '-------------------------------------',
    ),
  );
});

test('what was created and dropped is said in a line', () => {
  const info = { name: 'C', config: {}, tasks: [], type: 'sink' } as const;
  expect(renderEntity({ '@type': 'connector_info', ...base, info })).toContain(
    ' Created connector C\n',
  );
  expect(renderEntity({ '@type': 'drop_connector', ...base, connectorName: 'C' })).toContain(
    ' Dropped connector "C"\n',
  );
});

test('a connector is described by facts, tasks and topics; nothing of it moves the cursor', () => {
  const status = {
    name: 'orders',
    type: 'source',
    connector: { state: 'FAILED', worker_id: 'w:8083', trace: 'Boom\u001b\n\tat x' },
    tasks: [{ id: 0, state: 'FAILED', worker_id: 'w:8083', trace: 'Bang\n\tat y' }],
  } as const;
  const entity = { ...base, connectorClass: 'a.B', status, sources: [], topics: ['orders'] };
  expect(renderEntity({ '@type': 'connector_description', ...entity })).toBe(
    lines(
      'Name                 : orders',
      'Class                : a.B',
      'Type                 : source',
      'State                : FAILED',
      'WorkerId             : w:8083',
      'Trace                : Boom\\u001b',
      '\tat x',
      '',
      ' Task ID | State  | Error Trace',
      '---------------------------------',
      ' 0       | FAILED | Bang',
      '---------------------------------',
      '',
      ' Related Topics',
      '-----------------',
      ' orders',
      '-----------------',
    ),
  );
});
