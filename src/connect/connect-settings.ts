import { DatabaseError } from '../base/errors.ts';
import type { FileSystem } from '../base/env.ts';
import { basicLogin } from '../base/http-client.ts';

/** Where Kafka Connect is and how to talk to it: what the configuration says. */
export interface ConnectSettings {
  /** Without a slash at its end; may hold `user:password@`. */
  readonly url: string;
  /** How long one answer may take, ms. */
  readonly timeoutMs: number;
  /** Of a file with the lines `username=...` and `password=...`; null: log in with what the URL says, if anything. */
  readonly credentialsPath: string | null;
  /** Whether the file is read again for each statement. */
  readonly reloadsCredentials: boolean;
}

/**
 * The `Authorization` header that a file of credentials makes.
 * @throws DatabaseError CONNECT_FAILED when it cannot be read or lacks a line; nothing of it is told.
 */
export async function readCredentials(path: string, files: FileSystem): Promise<string> {
  let text: string;
  try {
    text = (await files.readFile(path)).toString('utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw unusable(`cannot be read (${code})`, cause);
  }
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(\w+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  const username = found.get('username');
  const password = found.get('password');
  if (username === undefined || password === undefined) {
    throw unusable('needs a line username=... and a line password=...');
  }
  return basicLogin(`${username}:${password}`);
}

function unusable(why: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'CONNECT_FAILED',
    `The file of ksql.connect.basic.auth.credentials.file ${why}.`,
    { cause },
  );
}
