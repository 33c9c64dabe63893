/**
 * What `POST /ksql` answers: one entity per statement that has something to say. The shapes and the
 * order of the members are those of section 9.3 of the dialect reference, because clients match
 * prefixes of the text. Entities are plain JSON: build them with the members in the order given
 * here.
 */
export type Entity =
  | CurrentStatusEntity
  | WarningEntity
  | StreamsEntity
  | TablesEntity
  | SourceDescriptionEntity
  | SourceDescriptionsEntity
  | QueriesEntity
  | QueryDescriptionEntity
  | QueryDescriptionsEntity
  | TopicsEntity
  | TopicsExtendedEntity
  | PropertiesEntity
  | FunctionNamesEntity
  | DescribeFunctionEntity
  | TypeListEntity
  | VariablesEntity
  | AssertTopicEntity
  | AssertSchemaEntity
  | TerminateQueryEntity
  | ConnectorInfoEntity
  | DropConnectorEntity
  | ConnectorListEntity
  | ConnectorPluginsListEntity
  | ConnectorDescriptionEntity;

/** A remark beside a result that was still produced. */
export interface Warning {
  readonly message: string;
}

/** DDL, CREATE ... AS SELECT, INSERT INTO ... SELECT, DROP, TERMINATE of a persistent query. */
export interface CurrentStatusEntity {
  readonly '@type': 'currentStatus';
  /** The formatted statement, defaults filled in. */
  readonly statementText: string;
  /** type/entity/action in lower case, e.g. ``stream/`S`/create`` or `stream/S/drop`. */
  readonly commandId: string;
  readonly commandStatus: CommandStatus;
  /** Grows by one with every durable statement. */
  readonly commandSequenceNumber: number;
  readonly warnings: readonly Warning[];
}

export interface CommandStatus {
  readonly status:
    'QUEUED' | 'PARSING' | 'EXECUTING' | 'RUNNING' | 'TERMINATED' | 'SUCCESS' | 'ERROR';
  readonly message: string;
  /** The persistent query the statement started, if any. */
  readonly queryId: string | null;
}

/** A statement that had nothing to do, such as IF NOT EXISTS of a source that exists. */
export interface WarningEntity {
  readonly '@type': 'warning_entity';
  readonly statementText: string;
  readonly message: string;
  readonly warnings: readonly Warning[];
}

/** LIST STREAMS. */
export interface StreamsEntity {
  readonly '@type': 'streams';
  readonly statementText: string;
  readonly streams: readonly SourceSummary[];
  readonly warnings: readonly Warning[];
}

/** LIST TABLES. */
export interface TablesEntity {
  readonly '@type': 'tables';
  readonly statementText: string;
  readonly tables: readonly SourceSummary[];
  readonly warnings: readonly Warning[];
}

export interface SourceSummary {
  readonly type: 'STREAM' | 'TABLE';
  readonly name: string;
  readonly topic: string;
  readonly keyFormat: string;
  readonly valueFormat: string;
  readonly isWindowed: boolean;
}

/** DESCRIBE of one source. */
export interface SourceDescriptionEntity {
  readonly '@type': 'sourceDescription';
  readonly statementText: string;
  readonly sourceDescription: SourceDescription;
  readonly warnings: readonly Warning[];
}

/** LIST STREAMS/TABLES EXTENDED, DESCRIBE STREAMS/TABLES. */
export interface SourceDescriptionsEntity {
  readonly '@type': 'source_descriptions';
  readonly statementText: string;
  readonly sourceDescriptions: readonly SourceDescription[];
  readonly warnings: readonly Warning[];
}

export interface SourceDescription {
  readonly name: string;
  /** TUMBLING, HOPPING or SESSION; null for an unwindowed source. */
  readonly windowType: string | null;
  readonly readQueries: readonly RunningQuery[];
  readonly writeQueries: readonly RunningQuery[];
  readonly fields: readonly FieldInfo[];
  readonly type: 'STREAM' | 'TABLE';
  /** The column of WITH (TIMESTAMP = ...); empty text for the record's own timestamp. */
  readonly timestamp: string;
  /** Text for people; empty unless EXTENDED. */
  readonly statistics: string;
  /** Text for people; empty unless EXTENDED. */
  readonly errorStats: string;
  readonly extended: boolean;
  readonly keyFormat: string;
  readonly valueFormat: string;
  readonly topic: string;
  /** Count of partitions; 0 unless EXTENDED. */
  readonly partitions: number;
  /** Count of replicas of the topic; 0 unless EXTENDED. */
  readonly replication: number;
  /** The statement that made it. */
  readonly statement: string;
  readonly queryOffsetSummaries: readonly QueryOffsetSummary[];
  readonly sourceConstraints: readonly string[];
  readonly clusterStatistics: readonly Statistic[];
  readonly clusterErrorStats: readonly Statistic[];
}

/** What the persistent queries that read a source have consumed. */
export interface QueryOffsetSummary {
  readonly groupId: string;
  readonly topicSummaries: readonly TopicOffsetSummary[];
}

export interface TopicOffsetSummary {
  readonly kafkaTopic: string;
  readonly offsets: readonly PartitionOffsets[];
}

export interface PartitionOffsets {
  readonly partition: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly consumerOffset: number;
}

export interface Statistic {
  readonly name: string;
  readonly value: number;
  /** Epoch milliseconds of the last change. */
  readonly timestamp: number;
}

/** A column as DESCRIBE, EXPLAIN and the WebSocket schema frame show it. */
export interface FieldInfo {
  readonly name: string;
  readonly schema: SchemaInfo;
  /** Absent for a value column. */
  readonly type?: 'KEY' | 'HEADER';
  /** Only for a column of one header. */
  readonly headerKey?: string;
}

/**
 * A type as a tree. Members that do not apply are null, not absent; `parameters` is absent but for
 * DECIMAL.
 */
export interface SchemaInfo {
  /** The base name: INTEGER, STRING, DECIMAL, ARRAY, MAP, STRUCT ... */
  readonly type: string;
  /** STRUCT only. */
  readonly fields: readonly FieldInfo[] | null;
  /** ARRAY: its elements; MAP: its values. */
  readonly memberSchema: SchemaInfo | null;
  readonly parameters?: DecimalParameters;
}

export interface DecimalParameters {
  readonly precision: number;
  readonly scale: number;
}

/** LIST QUERIES. */
export interface QueriesEntity {
  readonly '@type': 'queries';
  readonly statementText: string;
  readonly queries: readonly RunningQuery[];
  readonly warnings: readonly Warning[];
}

export type QueryType = 'PERSISTENT' | 'PUSH' | 'PULL' | 'CREATE_SOURCE';
export type QueryState = 'RUNNING' | 'PAUSED' | 'ERROR' | 'UNRESPONSIVE';

export interface RunningQuery {
  readonly queryString: string;
  readonly sinks: readonly string[];
  readonly sinkKafkaTopics: readonly string[];
  readonly id: string;
  /** How many hosts report the query in each state. */
  readonly statusCount: Readonly<Partial<Record<QueryState, number>>>;
  readonly queryType: QueryType;
  readonly state: QueryState;
}

/** EXPLAIN. */
export interface QueryDescriptionEntity {
  readonly '@type': 'queryDescription';
  readonly statementText: string;
  readonly queryDescription: QueryDescription;
  readonly warnings: readonly Warning[];
}

/** LIST QUERIES EXTENDED. */
export interface QueryDescriptionsEntity {
  readonly '@type': 'query_descriptions';
  readonly statementText: string;
  readonly queryDescriptions: readonly QueryDescription[];
  readonly warnings: readonly Warning[];
}

export interface QueryDescription {
  /** Empty text for a query that was only explained. */
  readonly id: string;
  readonly statementText: string;
  readonly windowType: string | null;
  readonly fields: readonly FieldInfo[];
  readonly sources: readonly string[];
  readonly sinks: readonly string[];
  readonly topology: string;
  /** One line per step, nested by tabs. */
  readonly executionPlan: string;
  readonly overriddenProperties: Readonly<Record<string, string | number | boolean | null>>;
  /** By `host:port`. */
  readonly ksqlHostQueryStatus: Readonly<Record<string, QueryState>>;
  readonly queryType: QueryType;
  readonly queryErrors: readonly QueryError[];
  readonly tasksMetadata: readonly TaskMetadata[];
  readonly consumerGroupId: string;
  /** Null for a query that was only explained. */
  readonly state: QueryState | null;
}

export interface QueryError {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly errorMessage: string;
  readonly type: 'USER' | 'SYSTEM' | 'UNKNOWN';
}

export interface TaskMetadata {
  readonly taskId: string;
  readonly topicOffsets: readonly TaskTopicOffset[];
}

export interface TaskTopicOffset {
  readonly topicPartitionEntity: { readonly topic: string; readonly partition: number };
  readonly endOffset: number;
  readonly committedOffset: number;
}

/** LIST TOPICS, sorted by name. */
export interface TopicsEntity {
  readonly '@type': 'kafka_topics';
  readonly statementText: string;
  readonly topics: readonly TopicSummary[];
  readonly warnings: readonly Warning[];
}

export interface TopicSummary {
  readonly name: string;
  /** The count of replicas of each partition, so its length is the count of partitions. */
  readonly replicaInfo: readonly number[];
}

/** LIST TOPICS EXTENDED, sorted by name. */
export interface TopicsExtendedEntity {
  readonly '@type': 'kafka_topics_extended';
  readonly statementText: string;
  readonly topics: readonly TopicSummaryExtended[];
  readonly warnings: readonly Warning[];
}

export interface TopicSummaryExtended extends TopicSummary {
  readonly consumerCount: number;
  readonly consumerGroupCount: number;
}

/** LIST PROPERTIES. */
export interface PropertiesEntity {
  readonly '@type': 'properties';
  readonly statementText: string;
  readonly properties: readonly PropertyInfo[];
  /** Names that SET or streamsProperties changed. */
  readonly overwrittenProperties: readonly string[];
  /** Names that have their built-in value. */
  readonly defaultProperties: readonly string[];
  readonly warnings: readonly Warning[];
}

export interface PropertyInfo {
  readonly name: string;
  readonly scope: string;
  readonly value: string | null;
  readonly editable: boolean;
  readonly level: 'SERVER' | 'QUERY';
}

/** LIST FUNCTIONS, sorted by name. */
export interface FunctionNamesEntity {
  readonly '@type': 'function_names';
  readonly statementText: string;
  readonly functions: readonly FunctionName[];
  readonly warnings: readonly Warning[];
}

export type FunctionType = 'SCALAR' | 'AGGREGATE' | 'TABLE';

export interface FunctionName {
  readonly name: string;
  readonly type: FunctionType;
  readonly category: string;
}

/** DESCRIBE FUNCTION. */
export interface DescribeFunctionEntity {
  readonly '@type': 'describe_function';
  readonly statementText: string;
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly version: string;
  /** Where it comes from: `internal` for what is built in. */
  readonly path: string;
  readonly type: FunctionType;
  /** One per way to call it. */
  readonly functions: readonly FunctionSignatureInfo[];
  readonly warnings: readonly Warning[];
}

export interface FunctionSignatureInfo {
  readonly arguments: readonly FunctionArgumentInfo[];
  readonly argumentTypes: readonly string[];
  readonly returnType: string;
  readonly description: string;
}

export interface FunctionArgumentInfo {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly isVariadic: boolean;
}

/** LIST TYPES. */
export interface TypeListEntity {
  readonly '@type': 'type_list';
  readonly statementText: string;
  /** By name. */
  readonly types: Readonly<Record<string, SchemaInfo>>;
  readonly warnings: readonly Warning[];
}

/** LIST VARIABLES. */
export interface VariablesEntity {
  readonly '@type': 'variables';
  readonly statementText: string;
  readonly variables: readonly VariableInfo[];
  readonly warnings: readonly Warning[];
}

export interface VariableInfo {
  readonly name: string;
  readonly value: string;
}

/** ASSERT TOPIC. */
export interface AssertTopicEntity {
  readonly '@type': 'assert_topic';
  readonly statementText: string;
  readonly topicName: string;
  readonly exists: boolean;
  readonly warnings: readonly Warning[];
}

/** ASSERT SCHEMA. */
export interface AssertSchemaEntity {
  readonly '@type': 'assert_schema';
  readonly statementText: string;
  readonly subject: string | null;
  readonly id: number | null;
  readonly exists: boolean;
  readonly warnings: readonly Warning[];
}

/** TERMINATE of a push query. */
export interface TerminateQueryEntity {
  readonly '@type': 'terminate_query';
  readonly statementText: string;
  readonly queryId: string;
  readonly wasTerminated: boolean;
  readonly warnings: readonly Warning[];
}

/** CREATE CONNECTOR: the connector as Kafka Connect has it. */
export interface ConnectorInfoEntity {
  readonly '@type': 'connector_info';
  /** Without the values of its settings, but of `connector.class`. */
  readonly statementText: string;
  readonly info: ConnectorDetails;
  readonly warnings: readonly Warning[];
}

export interface ConnectorDetails {
  readonly name: string;
  /** Its settings; `[redacted]` in the place of secrets. */
  readonly config: Readonly<Record<string, string>>;
  readonly tasks: readonly { readonly connector: string; readonly task: number }[];
  readonly type: ConnectorType;
}

export type ConnectorType = 'source' | 'sink' | 'unknown';

/** DROP CONNECTOR. */
export interface DropConnectorEntity {
  readonly '@type': 'drop_connector';
  readonly statementText: string;
  readonly connectorName: string;
  readonly warnings: readonly Warning[];
}

/** LIST CONNECTORS. */
export interface ConnectorListEntity {
  readonly '@type': 'connector_list';
  readonly statementText: string;
  readonly connectors: readonly ConnectorSummary[];
  readonly warnings: readonly Warning[];
}

/** Absent is what Kafka Connect does not tell. */
export interface ConnectorSummary {
  readonly name: string;
  readonly type: ConnectorType;
  readonly className?: string;
  /** Such as `RUNNING (1/2 tasks RUNNING)`, WARNING when none of its tasks runs, PAUSED, FAILED. */
  readonly state?: string;
}

/** LIST CONNECTOR PLUGINS. */
export interface ConnectorPluginsListEntity {
  readonly '@type': 'connector_plugins_list';
  readonly statementText: string;
  readonly connectorsPlugins: readonly ConnectorPlugin[];
  readonly warnings: readonly Warning[];
}

export interface ConnectorPlugin {
  readonly className: string;
  /** `source`, `sink`, or another kind of plugin. */
  readonly type: string;
  readonly version?: string;
}

/** DESCRIBE CONNECTOR. */
export interface ConnectorDescriptionEntity {
  readonly '@type': 'connector_description';
  readonly statementText: string;
  readonly connectorClass: string;
  readonly status: ConnectorStatus;
  /** Streams and tables over topics of those names, as DESCRIBE shows them. */
  readonly sources: readonly SourceDescription[];
  /** What it has used. */
  readonly topics: readonly string[];
  readonly warnings: readonly Warning[];
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: ConnectorState;
  readonly tasks: readonly (ConnectorState & { readonly id: number })[];
  readonly type: ConnectorType;
}

export interface ConnectorState {
  readonly state: string;
  readonly worker_id: string;
  /** Of a failure. */
  readonly trace?: string;
}
