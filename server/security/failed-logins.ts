/** Failures of one address within a window before it has to wait. */
const FAILURES_MAX = 10;
const WINDOW_MS = 60_000;
/** Addresses that are remembered; the oldest is forgotten first. */
const ADDRESSES_MAX = 10_000;

/** Counts log-ins that failed, by the address they came from, to make guessing slow. */
export class FailedLogins {
  readonly #now: () => number;
  readonly #byAddress = new Map<string, { count: number; start: number }>();

  /** @param now a clock in milliseconds that does not go backwards. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether the address has failed too often to be listened to now. */
  isBlocked(address: string): boolean {
    const entry = this.#current(networkOf(address));
    return entry !== undefined && entry.count >= FAILURES_MAX;
  }

  /** Notes a failure. */
  add(address: string): void {
    const network = networkOf(address);
    const entry = this.#current(network);
    if (entry !== undefined) {
      entry.count++;
      return;
    }
    if (this.#byAddress.size >= ADDRESSES_MAX) {
      const [oldest] = this.#byAddress.keys();
      this.#byAddress.delete(oldest!);
    }
    this.#byAddress.set(network, { count: 1, start: this.#now() });
  }

  /** @returns the entry of a window that has not ended. */
  #current(network: string): { count: number; start: number } | undefined {
    const entry = this.#byAddress.get(network);
    if (entry === undefined || this.#now() - entry.start < WINDOW_MS) return entry;
    this.#byAddress.delete(network);
    return undefined;
  }
}

/** An IPv4 address, or the half of an IPv6 address that one customer has all addresses of. */
function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':');
}
