import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The layout of a data directory while no process has it open. A replacement cut short leaves a .tmp behind. */
const KNOWN: readonly RegExp[] = [
  /^FORMAT(?:\.tmp)?$/,
  /^state\/(?:CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(?:log|ldb|sst))$/,
  /^log\/topics\.json(?:\.tmp)?$/,
  /^log\/(?<topic>\d+)\/\d+\/(?:\d{20}\.(?:log|index|timeindex)|(?:checkpoint|start)\.json(?:\.tmp)?)$/,
  /^log\/quarantine\/\d+-\d+-\d+(?:\.\d+)?\.bin$/,
];

/** Files of a closed database that nothing explains: of no known form, or of a topic that is gone. */
export function unknownFiles(directory: string): string[] {
  const { topics } = JSON.parse(readFileSync(join(directory, 'log', 'topics.json'), 'utf8')) as {
    topics: readonly { id: number }[];
  };
  const ids = new Set(topics.map(({ id }) => String(id)));
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => {
      const match = KNOWN.map((form) => form.exec(path)).find((found) => found !== null);
      const topic = match?.groups?.['topic'];
      return match === undefined || (topic !== undefined && !ids.has(topic));
    });
}
