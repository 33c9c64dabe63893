import { complaints } from './check.ts';
import { Machine } from './machine.ts';
import type { CrashLeaves, Fault } from './simulated-disk.ts';
import type { StoreFault } from './simulated-store.ts';
import { act, Ledger, SOURCE, type Workload } from './workload.ts';

/** What goes wrong in the first life of a database, and how that life ends. */
export interface Mishap {
  readonly seed: number;
  readonly fault?: Fault;
  readonly storeFault?: StoreFault;
  /** Kill the process at that operation of its disk. */
  readonly killAt?: number;
  /** And then the process that recovers, at that operation of its own, as often as given. */
  readonly recoveryKillsAt?: readonly number[];
  /** Stop after so many actions; default: all. */
  readonly actions?: number;
  readonly end: 'close' | 'kill' | CrashLeaves;
}

export interface Outcome {
  readonly complaints: readonly string[];
  /** Operations of the disk and commits of the store in the first life. */
  readonly operations: number;
  readonly commits: number;
  /** Whether the database stopped by itself, or did not even start, in the first life. */
  readonly stopped: boolean;
}

/**
 * Runs a workload into a mishap, then opens the database again on a sound disk, checks it, lets it go on, cuts the
 * power, and checks once more.
 */
export async function runInto(workload: Workload, mishap: Mishap): Promise<Outcome> {
  const machine = new Machine(mishap.seed);
  const ledger = new Ledger();
  if (mishap.fault !== undefined) machine.disk.failAt(mishap.fault);
  if (mishap.storeFault !== undefined) machine.store.failAt(mishap.storeFault);
  if (mishap.killAt !== undefined) machine.killAt(mishap.killAt);
  const found: string[] = [];
  const stopped = !(await firstLife(workload, { machine, ledger, mishap, found }));
  const { operations } = machine.disk;
  const { commits } = machine.store;
  machine.disk.heal();
  machine.store.heal();
  for (const at of mishap.recoveryKillsAt ?? []) {
    machine.killAt(at);
    await machine.start().catch(() => {});
    machine.disk.heal();
    endLife(machine, mishap.end);
  }
  await machine.start();
  found.push(...(await complaints(machine, ledger)));
  await act({ kind: 'insert', count: 3 }, machine, ledger);
  if (machine.fatal !== null) found.push(`on a sound disk: ${String(machine.fatal)}`);
  machine.cutPower('some');
  await machine.start();
  found.push(...(await complaints(machine, ledger)).map((text) => `later: ${text}`));
  await machine.until(machine.database.close());
  return { complaints: found, operations, commits, stopped };
}

/** @returns whether the database went on until its life was ended. */
async function firstLife(
  workload: Workload,
  {
    machine,
    ledger,
    mishap,
    found,
  }: { machine: Machine; ledger: Ledger; mishap: Mishap; found: string[] },
): Promise<boolean> {
  let started = false;
  try {
    await machine.start();
    started = true;
  } catch {
    // A fault while starting: the process has ended with an error.
  }
  if (started) {
    const actions = workload.actions.slice(0, mishap.actions ?? workload.actions.length);
    for (const action of actions) {
      if (machine.fatal !== null) break;
      await act(action, machine, ledger);
    }
  }
  const goesOn = started && machine.fatal === null;
  const faults = [mishap.fault, mishap.storeFault].filter((fault) => fault !== undefined);
  const isFull = faults.length > 0 && faults.every(({ code }) => code === 'ENOSPC');
  // A disk that stays full and is then given room is the same to the database, only later.
  if (goesOn && isFull) {
    machine.disk.heal();
    machine.store.heal();
    // The disk is looked at every second.
    await machine.until(new Promise<void>((resolve) => machine.clock.after(2_000, resolve)));
    const complaints = await complaintsAfterRoom(machine, ledger);
    found.push(...complaints.map((text) => `with room again: ${text}`));
  }
  if (mishap.end === 'close' && started) {
    await machine.until(machine.database.close()).catch(() => {});
  }
  endLife(machine, mishap.end);
  return goesOn;
}

/** A database that once found no room, and did not stop, goes on as if nothing had been. */
async function complaintsAfterRoom(machine: Machine, ledger: Ledger): Promise<string[]> {
  const found: string[] = [];
  if (!ledger.created.has('S')) await act(SOURCE, machine, ledger);
  const before = ledger.acknowledged.size;
  await act({ kind: 'insert', count: 3 }, machine, ledger);
  const acknowledged = ledger.acknowledged.size - before;
  if (acknowledged !== 3) found.push(`${acknowledged} of 3 rows were taken`);
  if (machine.fatal === null) found.push(...(await complaints(machine, ledger)));
  if (machine.fatal !== null) found.push(`it stopped: ${String(machine.fatal)}`);
  return found;
}

function endLife(machine: Machine, end: Mishap['end']): void {
  if (end === 'close' || end === 'kill') machine.kill();
  else machine.cutPower(end);
}
