/** The one class whose settings are translated. */
const JDBC_SOURCE = 'io.confluent.connect.jdbc.JdbcSourceConnector';
const TRANSFORMS = 'org.apache.kafka.connect.transforms';

/**
 * The settings Connect gets for a connector: those of the statement and its name. For the JDBC source `key` names the
 * column that becomes the key of records, as two transforms, and `tasks.max` is 1 unless it is given.
 */
export function connectorConfig(
  name: string,
  given: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const config = new Map(given);
  if (config.get('connector.class') === JDBC_SOURCE) completeJdbcSource(config);
  config.set('name', name);
  return Object.fromEntries(config);
}

function completeJdbcSource(config: Map<string, string>): void {
  const key = config.get('key');
  if (key !== undefined) {
    config.delete('key');
    const others = config.get('transforms');
    const own = 'ksqlCreateKey,ksqlExtractString';
    config.set('transforms', others === undefined ? own : `${others},${own}`);
    config.set('transforms.ksqlCreateKey.type', `${TRANSFORMS}.ValueToKey`);
    config.set('transforms.ksqlCreateKey.fields', key);
    config.set('transforms.ksqlExtractString.type', `${TRANSFORMS}.ExtractField$Key`);
    config.set('transforms.ksqlExtractString.field', key);
  }
  if (!config.has('tasks.max')) config.set('tasks.max', '1');
}
