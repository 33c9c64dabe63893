import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Costs 32 MiB and some 80 ms, which is what a guess costs an attacker who has the file. */
const LOG_COST = 15;
const BLOCK_SIZE = 8;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What a hash of a users file may cost at most: a typing mistake must not cost gigabytes. */
const LOG_COST_MAX = 20;

/** A hashed password, as it stands in a users file. */
export interface PasswordHash {
  readonly logCost: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Hashes a password with a new salt: `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, both base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const parameters = { logCost: LOG_COST, blockSize: BLOCK_SIZE, parallelism: PARALLELISM, salt };
  const hash = await derive(password, parameters, HASH_BYTES);
  return `$scrypt$ln=${LOG_COST},r=${BLOCK_SIZE},p=${PARALLELISM}$${base64(salt)}$${base64(hash)}`;
}

/** Reads what `hashPassword` wrote; null when it is something else. */
export function parsePasswordHash(text: string): PasswordHash | null {
  const match =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)={0,2}\$([\w+/]+)={0,2}$/.exec(text);
  if (match === null) return null;
  const [logCost, blockSize, parallelism] = match.slice(1, 4).map(Number) as [
    number,
    number,
    number,
  ];
  const salt = Buffer.from(match[4]!, 'base64');
  const hash = Buffer.from(match[5]!, 'base64');
  const isSane =
    logCost >= 10 &&
    logCost <= LOG_COST_MAX &&
    blockSize > 0 &&
    parallelism > 0 &&
    hash.length >= 16;
  return isSane ? { logCost, blockSize, parallelism, salt, hash } : null;
}

/** Whether it is the password, found in the same time whatever the answer. */
export async function verifyPassword(password: string, expected: PasswordHash): Promise<boolean> {
  const found = await derive(password, expected, expected.hash.length);
  return timingSafeEqual(found, expected.hash);
}

function derive(
  password: string,
  { logCost, blockSize, parallelism, salt }: Omit<PasswordHash, 'hash'>,
  size: number,
): Promise<Buffer> {
  const N = 2 ** logCost;
  const options = { N, r: blockSize, p: parallelism, maxmem: 256 * N * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, size, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
