import { createHmac, randomBytes } from 'node:crypto';
import { DatabaseError } from '../../src/base/errors.ts';
import { FailedLogins } from './failed-logins.ts';
import {
  hashPassword,
  parsePasswordHash,
  verifyPassword,
  type PasswordHash,
} from './password-hash.ts';
import { ANONYMOUS, type Principal } from './roles.ts';
import type { Users } from './users.ts';

/** What a client shows of who it is. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | undefined;
  /** A token in the address, which is all a browser can send with a WebSocket or an EventSource. */
  readonly accessToken: string | null;
  /** Of the client's certificate, if TLS has asked for one and trusts it. */
  readonly commonName: string | null;
  /** Where the connection comes from. */
  readonly address: string;
}

/** Checks of passwords at a time, each of which takes 32 MiB, and how many may wait. */
const CHECKS_MAX = 2;
const CHECKS_WAITING_MAX = 64;
/** Log-ins that are remembered, so that not each request of a client costs a check. */
const REMEMBERED_MAX = 1_000;

/**
 * Finds out who is asking: by a client's certificate, a bearer token, or a name and password. Whoever fails too often
 * has to wait.
 */
export class Authentication {
  #users: Users | null;
  readonly #failures: FailedLogins;
  readonly #secret = randomBytes(32);
  /** Log-ins that were right, by a keyed digest of name and password; the oldest first. */
  readonly #remembered = new Map<string, Principal>();
  /** What unknown names are checked against, so that they take as long as known ones. */
  readonly #decoy: Promise<PasswordHash>;
  readonly #waiting: (() => void)[] = [];
  #checks = 0;

  /** @param users null: everybody is let in, as anonymous. */
  constructor(users: Users | null, failures = new FailedLogins()) {
    this.#users = users;
    this.#failures = failures;
    this.#decoy =
      users === null
        ? Promise.resolve(NO_HASH)
        : hashPassword(randomBytes(16).toString('hex')).then((hash) => parsePasswordHash(hash)!);
  }

  /** Whether anybody is asked who they are. */
  get isOn(): boolean {
    return this.#users !== null;
  }

  /** Takes other users from now on; connections that stand are left alone. */
  replace(users: Users): void {
    if (this.#users === null) return;
    this.#users = users;
    this.#remembered.clear();
  }

  /**
   * Who it is; at once where that is cheap.
   * @throws DatabaseError UNAUTHORIZED, which does not say why, or TOO_MANY.
   */
  identify(credentials: Credentials): Principal | Promise<Principal> {
    const users = this.#users;
    if (users === null) return ANONYMOUS;
    const { authorization, accessToken, commonName, address } = credentials;
    const certified = commonName === null ? null : users.byCertificate(commonName);
    if (certified !== null) return certified;
    if (authorization === undefined && accessToken === null) throw unauthorized();
    const token = accessToken ?? /^bearer +(\S+) *$/i.exec(authorization!)?.[1];
    if (token !== undefined) {
      const principal = users.byToken(token);
      if (principal !== null) return principal;
    }
    if (this.#failures.isBlocked(address)) throw blocked();
    const login = token === undefined ? parseBasic(authorization!) : null;
    if (login === null) {
      this.#failures.add(address);
      throw unauthorized();
    }
    return this.#remembered.get(this.#digest(login)) ?? this.#check(login, { users, address });
  }

  async #check(
    login: Login,
    { users, address }: { readonly users: Users; readonly address: string },
  ): Promise<Principal> {
    const user = users.withPassword(login.name);
    const hash = user?.hash ?? (await this.#decoy);
    const isRight = await this.#oneOfFew(async () => {
      // Those that waited may have been guesses of one address.
      if (this.#failures.isBlocked(address)) throw blocked();
      return verifyPassword(login.password, hash);
    });
    if (!isRight || user === undefined) {
      this.#failures.add(address);
      throw unauthorized();
    }
    if (this.#users === users) this.#remember(this.#digest(login), user.principal);
    return user.principal;
  }

  async #oneOfFew<T>(check: () => Promise<T>): Promise<T> {
    if (this.#checks >= CHECKS_MAX) {
      if (this.#waiting.length >= CHECKS_WAITING_MAX) throw blocked();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#checks++;
    }
    try {
      return await check();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#checks--;
      else next();
    }
  }

  #remember(digest: string, principal: Principal): void {
    if (this.#remembered.size >= REMEMBERED_MAX) {
      const [oldest] = this.#remembered.keys();
      this.#remembered.delete(oldest!);
    }
    this.#remembered.set(digest, principal);
  }

  #digest({ name, password }: Login): string {
    return createHmac('sha256', this.#secret).update(`${name}\0${password}`).digest('base64');
  }
}

interface Login {
  readonly name: string;
  readonly password: string;
}

const NO_HASH: PasswordHash = {
  logCost: 10,
  blockSize: 8,
  parallelism: 1,
  salt: Buffer.alloc(16),
  hash: Buffer.alloc(32),
};

function parseBasic(authorization: string): Login | null {
  const [, encoded] = /^basic +([\w+/=-]+) *$/i.exec(authorization) ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function unauthorized(): DatabaseError {
  return new DatabaseError('UNAUTHORIZED', 'Log in: this server asks who you are.');
}

function blocked(): DatabaseError {
  return new DatabaseError('TOO_MANY', 'Too many failed log-ins. Try again in a minute.');
}
