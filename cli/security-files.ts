import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import { parseUsers, Users } from '../server/security/users.ts';
import { readTlsFiles, type TlsFiles } from '../server/tls-files.ts';

/** The files a server is made safe with; they are read again when the process gets SIGHUP. */
export interface SecurityFiles {
  /** A users file; null: nobody is asked who they are. */
  readonly users: string | null;
  /** Null: connections are not encrypted. */
  readonly tls: TlsFiles | null;
}

/** What stands in the files; undefined where no file was named, or something is wrong with one. */
export interface SecurityContents {
  readonly users: Users | undefined;
  readonly tls: TlsOptions | undefined;
  /** All that is wrong, a sentence each. */
  readonly problems: readonly string[];
}

/** Reads and checks the files. */
export function readSecurityFiles({
  users: usersPath,
  tls: tlsFiles,
}: SecurityFiles): SecurityContents {
  const users = usersPath === null ? null : readUsers(usersPath);
  const tls = tlsFiles === null ? null : readTlsFiles(tlsFiles, Date.now());
  return {
    users: users?.users ?? undefined,
    tls: tls?.options ?? undefined,
    problems: [...(users?.problems ?? []), ...(tls?.problems ?? [])],
  };
}

function readUsers(path: string): {
  readonly users: Users | null;
  readonly problems: readonly string[];
} {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { users: null, problems: [`${path} cannot be read (${code}).`] };
  }
  const { lines, rules, problems } = parseUsers(text, path);
  if (problems.length > 0) return { users: null, problems };
  if (lines.length > 0) return { users: new Users(lines, rules), problems };
  return { users: null, problems: [`${path} names nobody; add someone with millrace user add.`] };
}
