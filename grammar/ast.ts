/**
 * The syntax tree. Plain readonly objects told apart by `kind`; every node knows where it stands in the text.
 * Names are what they mean after unquoting: unquoted identifiers upper-cased, quoted ones as written.
 */
export interface Location {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Index of the first and one past the last UTF-16 unit in the whole text. */
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly location: Location;
}

export interface Identifier extends Node {
  readonly kind: 'identifier';
  readonly name: string;
}

// ---------------------------------------------------------------------------------------------- types

export type TypeNode = NamedType | DecimalType | ArrayType | MapType | StructType;

/** A primitive or user-defined type by name, upper-cased (`VARCHAR`, `INT`, `BIGINT`, ...). */
export interface NamedType extends Node {
  readonly kind: 'namedType';
  readonly name: string;
}

export interface DecimalType extends Node {
  readonly kind: 'decimalType';
  readonly precision: number;
  readonly scale: number;
}

export interface ArrayType extends Node {
  readonly kind: 'arrayType';
  readonly element: TypeNode;
}

export interface MapType extends Node {
  readonly kind: 'mapType';
  readonly key: TypeNode;
  readonly value: TypeNode;
}

export interface StructType extends Node {
  readonly kind: 'structType';
  readonly fields: readonly { readonly name: Identifier; readonly type: TypeNode }[];
}

// ---------------------------------------------------------------------------------------- expressions

export type ExpressionNode =
  | LiteralNode
  | ColumnNode
  | CallNode
  | CastNode
  | UnaryNode
  | BinaryNode
  | ComparisonNode
  | DistinctNode
  | LogicalNode
  | NotNode
  | IsNullNode
  | BetweenNode
  | InNode
  | LikeNode
  | CaseNode
  | SubscriptNode
  | DereferenceNode
  | ArrayNode
  | MapNode
  | StructNode
  | LambdaNode
  | IntervalUnitNode;

/**
 * Numbers keep their digits as written (with the sign that belongs to the literal): INTEGER fits 32 bits, BIGINT 64;
 * DECIMAL has a point; DOUBLE an exponent.
 */
export type LiteralNode = Node & { readonly kind: 'literal' } & (
    | { readonly type: 'NULL' }
    | { readonly type: 'BOOLEAN'; readonly value: boolean }
    | { readonly type: 'STRING'; readonly value: string }
    | { readonly type: 'INTEGER' | 'BIGINT' | 'DECIMAL' | 'DOUBLE'; readonly text: string }
  );

export interface ColumnNode extends Node {
  readonly kind: 'column';
  readonly qualifier: Identifier | null;
  readonly name: Identifier;
}

/** `f(*)` has `star: true` and no arguments. Names are upper-cased. `||` is a CallNode of CONCAT. */
export interface CallNode extends Node {
  readonly kind: 'call';
  readonly name: Identifier;
  readonly star: boolean;
  readonly arguments: readonly ExpressionNode[];
}

export interface CastNode extends Node {
  readonly kind: 'cast';
  readonly operand: ExpressionNode;
  readonly type: TypeNode;
}

export interface UnaryNode extends Node {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly operand: ExpressionNode;
}

export interface BinaryNode extends Node {
  readonly kind: 'binary';
  readonly operator: '+' | '-' | '*' | '/' | '%';
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

export interface ComparisonNode extends Node {
  readonly kind: 'comparison';
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

export interface DistinctNode extends Node {
  readonly kind: 'distinct';
  readonly negated: boolean;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

export interface LogicalNode extends Node {
  readonly kind: 'logical';
  readonly operator: 'AND' | 'OR';
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

export interface NotNode extends Node {
  readonly kind: 'not';
  readonly operand: ExpressionNode;
}

export interface IsNullNode extends Node {
  readonly kind: 'isNull';
  readonly negated: boolean;
  readonly operand: ExpressionNode;
}

export interface BetweenNode extends Node {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly operand: ExpressionNode;
  readonly low: ExpressionNode;
  readonly high: ExpressionNode;
}

export interface InNode extends Node {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: ExpressionNode;
  readonly options: readonly ExpressionNode[];
}

export interface LikeNode extends Node {
  readonly kind: 'like';
  readonly negated: boolean;
  readonly operand: ExpressionNode;
  readonly pattern: ExpressionNode;
  readonly escape: string | null;
}

/** `operand` is set for the simple form, which parses but is refused later. */
export interface CaseNode extends Node {
  readonly kind: 'case';
  readonly operand: ExpressionNode | null;
  readonly branches: readonly { readonly when: ExpressionNode; readonly then: ExpressionNode }[];
  readonly otherwise: ExpressionNode | null;
}

export interface SubscriptNode extends Node {
  readonly kind: 'subscript';
  readonly base: ExpressionNode;
  readonly index: ExpressionNode;
}

export interface DereferenceNode extends Node {
  readonly kind: 'dereference';
  readonly base: ExpressionNode;
  readonly field: Identifier;
}

export interface ArrayNode extends Node {
  readonly kind: 'array';
  readonly elements: readonly ExpressionNode[];
}

export interface MapNode extends Node {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: ExpressionNode; readonly value: ExpressionNode }[];
}

export interface StructNode extends Node {
  readonly kind: 'struct';
  readonly fields: readonly { readonly name: Identifier; readonly value: ExpressionNode }[];
}

export interface LambdaNode extends Node {
  readonly kind: 'lambda';
  readonly parameters: readonly Identifier[];
  readonly body: ExpressionNode;
}

/** A bare window unit as a function argument: `DATEADD(DAYS, 1, d)`. */
export interface IntervalUnitNode extends Node {
  readonly kind: 'intervalUnit';
  readonly unit: TimeUnit;
}

export type TimeUnit = 'DAYS' | 'HOURS' | 'MINUTES' | 'SECONDS' | 'MILLISECONDS';

// -------------------------------------------------------------------------------------------- queries

export interface Duration extends Node {
  readonly kind: 'duration';
  readonly amount: number;
  readonly unit: TimeUnit;
}

export interface QueryNode extends Node {
  readonly kind: 'query';
  readonly items: readonly SelectItem[];
  readonly from: RelationNode;
  readonly window: WindowNode | null;
  readonly where: ExpressionNode | null;
  /** Null when the clause is absent. */
  readonly groupBy: readonly ExpressionNode[] | null;
  readonly partitionBy: readonly ExpressionNode[] | null;
  readonly having: ExpressionNode | null;
  readonly emit: 'CHANGES' | 'FINAL' | null;
  readonly limit: number | null;
}

export type SelectItem =
  | (Node & {
      readonly kind: 'selectExpression';
      readonly expression: ExpressionNode;
      readonly alias: Identifier | null;
    })
  /** `*`, or `S.*` with a qualifier. */
  | (Node & { readonly kind: 'selectAll'; readonly qualifier: Identifier | null })
  /** `struct->*` */
  | (Node & { readonly kind: 'selectStruct'; readonly base: ExpressionNode });

/** A left-deep chain of joins. */
export interface RelationNode extends Node {
  readonly kind: 'relation';
  readonly first: AliasedSource;
  readonly joins: readonly JoinNode[];
}

export interface AliasedSource extends Node {
  readonly kind: 'aliasedSource';
  readonly source: Identifier;
  readonly alias: Identifier | null;
}

export interface JoinNode extends Node {
  readonly kind: 'join';
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly right: AliasedSource;
  readonly within: WithinNode | null;
  readonly on: ExpressionNode;
}

export interface WithinNode extends Node {
  readonly kind: 'within';
  readonly before: Duration;
  readonly after: Duration;
  readonly grace: Duration | null;
}

export interface WindowNode extends Node {
  readonly kind: 'window';
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION';
  /** The gap for SESSION. */
  readonly size: Duration;
  readonly advance: Duration | null;
  readonly retention: Duration | null;
  readonly grace: Duration | null;
}

// ----------------------------------------------------------------------------------------- statements

export type PropertyValue = LiteralNode;

export interface PropertyNode extends Node {
  readonly kind: 'property';
  /** Upper-cased, but of the settings of a connector. */
  readonly name: string;
  readonly value: PropertyValue;
}

export interface ColumnDefinition extends Node {
  readonly kind: 'columnDefinition';
  readonly name: Identifier;
  readonly type: TypeNode;
  readonly role: 'KEY' | 'PRIMARY KEY' | 'HEADERS' | 'HEADER' | null;
  /** For HEADER('k'). */
  readonly headerKey: string | null;
}

export type StatementNode =
  | CreateSourceNode
  | CreateAsSelectNode
  | InsertValuesNode
  | InsertSelectNode
  | QueryStatementNode
  | DropSourceNode
  | AlterSourceNode
  | AlterSystemNode
  | AssertTopicNode
  | AssertSchemaNode
  | CreateConnectorNode
  | DropConnectorNode
  | ListConnectorsNode
  | DescribeConnectorNode
  | CreateTypeNode
  | DropTypeNode
  | TerminateNode
  | PauseNode
  | DefineNode
  | UndefineNode
  | ListNode
  | DescribeNode
  | DescribeFunctionNode
  | ExplainNode
  | PrintNode
  | SetNode
  | UnsetNode;

export interface CreateSourceNode extends Node {
  readonly kind: 'createSource';
  readonly sourceKind: 'STREAM' | 'TABLE';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly readOnly: boolean;
  readonly name: Identifier;
  readonly columns: readonly ColumnDefinition[];
  readonly properties: readonly PropertyNode[];
}

export interface CreateAsSelectNode extends Node {
  readonly kind: 'createAsSelect';
  readonly sourceKind: 'STREAM' | 'TABLE';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: Identifier;
  readonly properties: readonly PropertyNode[];
  readonly query: QueryNode;
}

export interface InsertValuesNode extends Node {
  readonly kind: 'insertValues';
  readonly target: Identifier;
  /** Null when no column list was given. */
  readonly columns: readonly Identifier[] | null;
  readonly values: readonly ExpressionNode[];
}

export interface InsertSelectNode extends Node {
  readonly kind: 'insertSelect';
  readonly target: Identifier;
  readonly properties: readonly PropertyNode[];
  readonly query: QueryNode;
}

export interface QueryStatementNode extends Node {
  readonly kind: 'select';
  readonly query: QueryNode;
}

export interface DropSourceNode extends Node {
  readonly kind: 'dropSource';
  readonly sourceKind: 'STREAM' | 'TABLE';
  readonly ifExists: boolean;
  readonly name: Identifier;
  readonly deleteTopic: boolean;
}

/** Adds value columns. */
export interface AlterSourceNode extends Node {
  readonly kind: 'alterSource';
  readonly sourceKind: 'STREAM' | 'TABLE';
  readonly name: Identifier;
  readonly columns: readonly { readonly name: Identifier; readonly type: TypeNode }[];
}

export interface AssertTopicNode extends Node {
  readonly kind: 'assertTopic';
  /** Case as written, also when unquoted. */
  readonly topic: string;
  /** False for NOT EXISTS. */
  readonly exists: boolean;
  readonly properties: readonly PropertyNode[];
  readonly timeout: Duration | null;
}

export interface CreateTypeNode extends Node {
  readonly kind: 'createType';
  readonly ifNotExists: boolean;
  /** Upper-cased, also when quoted. */
  readonly name: Identifier;
  readonly type: TypeNode;
}

export interface DropTypeNode extends Node {
  readonly kind: 'dropType';
  readonly ifExists: boolean;
  /** Upper-cased, also when quoted. */
  readonly name: Identifier;
}

export interface TerminateNode extends Node {
  readonly kind: 'terminate';
  /** Null for ALL. */
  readonly queryId: Identifier | null;
}

export interface PauseNode extends Node {
  readonly kind: 'pause';
  readonly action: 'PAUSE' | 'RESUME';
  /** Null for ALL. */
  readonly queryId: Identifier | null;
}

export interface DefineNode extends Node {
  readonly kind: 'define';
  readonly name: Identifier;
  readonly value: string;
}

export interface UndefineNode extends Node {
  readonly kind: 'undefine';
  readonly name: Identifier;
}

/** Of the registry: a subject, an id, or an id under a subject. */
export interface AssertSchemaNode extends Node {
  readonly kind: 'assertSchema';
  readonly subject: string | null;
  readonly id: number | null;
  readonly exists: boolean;
  readonly timeout: Duration | null;
}

export interface AlterSystemNode extends Node {
  readonly kind: 'alterSystem';
  readonly property: string;
  readonly value: string;
}

export interface CreateConnectorNode extends Node {
  readonly kind: 'createConnector';
  readonly direction: 'SOURCE' | 'SINK';
  readonly ifNotExists: boolean;
  readonly name: Identifier;
  readonly properties: readonly PropertyNode[];
}

export interface DropConnectorNode extends Node {
  readonly kind: 'dropConnector';
  readonly ifExists: boolean;
  readonly name: Identifier;
}

export interface ListConnectorsNode extends Node {
  readonly kind: 'listConnectors';
  readonly subject: 'CONNECTORS' | 'CONNECTOR PLUGINS';
  /** Null for both. */
  readonly direction: 'SOURCE' | 'SINK' | null;
}

export interface DescribeConnectorNode extends Node {
  readonly kind: 'describeConnector';
  readonly name: Identifier;
}

export interface ListNode extends Node {
  readonly kind: 'list';
  readonly subject:
    | 'STREAMS'
    | 'TABLES'
    | 'TOPICS'
    | 'QUERIES'
    | 'PROPERTIES'
    | 'FUNCTIONS'
    | 'TYPES'
    | 'VARIABLES';
  /** SHOW ALL TOPICS. */
  readonly all: boolean;
  readonly extended: boolean;
}

/** `source` null: DESCRIBE STREAMS or TABLES. */
export interface DescribeNode extends Node {
  readonly kind: 'describe';
  readonly source: Identifier | null;
  readonly subject: 'STREAMS' | 'TABLES' | null;
  readonly extended: boolean;
}

export interface DescribeFunctionNode extends Node {
  readonly kind: 'describeFunction';
  readonly function: Identifier;
}

/** Of a statement, or of a running query by its id. */
export interface ExplainNode extends Node {
  readonly kind: 'explain';
  readonly statement: StatementNode | null;
  readonly queryId: Identifier | null;
}

export interface PrintNode extends Node {
  readonly kind: 'print';
  /** Case as written, also when unquoted. */
  readonly topic: string;
  readonly fromBeginning: boolean;
  readonly interval: number | null;
  readonly limit: number | null;
}

export interface SetNode extends Node {
  readonly kind: 'set';
  readonly property: string;
  readonly value: string;
}

export interface UnsetNode extends Node {
  readonly kind: 'unset';
  readonly property: string;
}
