// What Kafka Connect tells, checked: of an answer that is something else, null.

/** A connector as it was given to Connect, with the settings it has. */
export interface ConnectorInfo {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly tasks: readonly { readonly connector: string; readonly task: number }[];
  readonly type: ConnectorType;
}

export type ConnectorType = 'source' | 'sink' | 'unknown';

/** How a connector and its tasks are. */
export interface ConnectorStatus {
  readonly name: string;
  readonly connector: WorkerState;
  readonly tasks: readonly (WorkerState & { readonly id: number })[];
  readonly type: ConnectorType;
}

export interface WorkerState {
  /** RUNNING, PAUSED, FAILED, UNASSIGNED, ... */
  readonly state: string;
  /** `host:port` of the worker it runs on. */
  readonly worker_id: string;
  /** Of a failure: Java's stack trace. */
  readonly trace?: string;
}

/** A kind of connector that Connect can run. */
export interface ConnectorPlugin {
  readonly className: string;
  /** `source`, `sink` or another kind of plugin. */
  readonly type: string;
  readonly version?: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Of `GET /connectors/name` and `POST /connectors`; settings that are no text are left out. */
export function readConnectorInfo(body: unknown): ConnectorInfo | null {
  const members = membersOf(body);
  const config = membersOf(members?.['config']);
  if (members === null || typeof members['name'] !== 'string' || config === null) return null;
  const tasks = arrayOf(members['tasks'] ?? [], (task) => {
    const { connector, task: number } = membersOf(task) ?? {};
    if (typeof connector !== 'string' || typeof number !== 'number') return null;
    return { connector, task: number };
  });
  if (tasks === null) return null;
  const texts = Object.entries(config).filter(([, value]) => typeof value === 'string');
  return {
    name: members['name'],
    config: Object.fromEntries(texts) as Record<string, string>,
    tasks,
    type: typeOf(members['type']),
  };
}

/** Of `GET /connectors/name/status`. */
export function readConnectorStatus(body: unknown): ConnectorStatus | null {
  const members = membersOf(body);
  const connector = readState(members?.['connector']);
  if (members === null || typeof members['name'] !== 'string' || connector === null) return null;
  const tasks = arrayOf(members['tasks'] ?? [], (task) => {
    const state = readState(task);
    const { id } = membersOf(task) ?? {};
    return state === null || typeof id !== 'number' ? null : { id, ...state };
  });
  if (tasks === null) return null;
  return { name: members['name'], connector, tasks, type: typeOf(members['type']) };
}

/** Of `GET /connector-plugins`. */
export function readPlugins(body: unknown): readonly ConnectorPlugin[] | null {
  return arrayOf(body, (plugin) => {
    const { class: className, type, version } = membersOf(plugin) ?? {};
    if (typeof className !== 'string') return null;
    return {
      className,
      type: typeof type === 'string' ? type : 'unknown',
      ...(typeof version === 'string' ? { version } : {}),
    };
  });
}

/** What is wrong with the settings of a connector: `name - mistake. mistake`, one text for each setting. */
export function readValidation(body: unknown): readonly string[] | null {
  const configs = arrayOf(membersOf(body)?.['configs'], (config) => {
    const { name, errors } = membersOf(membersOf(config)?.['value']) ?? {};
    const mistakes = arrayOf(errors, (mistake) => (typeof mistake === 'string' ? mistake : null));
    return typeof name === 'string' && mistakes !== null ? { name, mistakes } : null;
  });
  if (configs === null) return null;
  return configs
    .filter(({ mistakes }) => mistakes.length > 0)
    .map(({ name, mistakes }) => `${name} - ${mistakes.join('. ')}`);
}

/** The names of all connectors, given alone or with what else is known of them. */
export function readNames(body: unknown): readonly string[] | null {
  if (Array.isArray(body)) return arrayOf(body, (name) => (typeof name === 'string' ? name : null));
  const members = membersOf(body);
  return members === null ? null : Object.keys(members);
}

/** The topics a connector has used, of the answer about that connector. */
export function readTopics(body: unknown, name: string): readonly string[] | null {
  const topics = membersOf(membersOf(body)?.[name])?.['topics'];
  return arrayOf(topics, (topic) => (typeof topic === 'string' ? topic : null));
}

function readState(value: unknown): WorkerState | null {
  const { state, worker_id: workerId, trace } = membersOf(value) ?? {};
  if (typeof state !== 'string') return null;
  return {
    state,
    worker_id: typeof workerId === 'string' ? workerId : '',
    ...(typeof trace === 'string' && trace !== '' ? { trace } : {}),
  };
}

function typeOf(value: unknown): ConnectorType {
  return value === 'source' || value === 'sink' ? value : 'unknown';
}

/** Null when it is no array, or `read` makes nothing of an element. */
function arrayOf<T>(value: unknown, read: (element: unknown) => T | null): T[] | null {
  if (!Array.isArray(value)) return null;
  const elements: T[] = [];
  for (const element of value) {
    const one = read(element);
    if (one === null) return null;
    elements.push(one);
  }
  return elements;
}

/** The members of an object; those it inherits are none. */
export function membersOf(value: unknown): Members | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.assign(Object.create(null) as Members, value);
}
