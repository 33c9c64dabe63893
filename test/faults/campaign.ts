import { SeededRandom } from './random.ts';
import { type Mishap, runInto } from './run.ts';
import { type Workload, WORKLOADS } from './workload.ts';

/** One run that found something wrong; `mishap` plays it again. */
export interface Finding {
  readonly workload: string;
  readonly mishap: Mishap;
  readonly complaints: readonly string[];
}

export interface CampaignReport {
  readonly runs: number;
  /** How many runs there were of each kind of mishap. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

const ENDS = ['kill', 'nothing', 'some', 'everything'] as const;
const LASTS = ['once', 'always'] as const;

/**
 * Runs every workload once for each of its operations on the disk: with that operation failing (once, or from there
 * on; EIO or ENOSPC), with the process killed at it, and with recovery killed as well; then with every commit of the
 * store failing. Each in several ways in which a life can end.
 *
 * @param every takes only each nth operation: 1 for all.
 * @param share runs only one of so many parts of that, for processes side by side; parts count from 1. Default: all.
 */
export async function runCampaign({
  every,
  share = { part: 1, of: 1 },
  onProgress = () => {},
}: {
  every: number;
  share?: { readonly part: number; readonly of: number };
  onProgress?: (report: CampaignReport, workload: string) => void;
}): Promise<CampaignReport> {
  let runs = 0;
  let turn = 0;
  const kinds: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const workload of WORKLOADS) {
    for await (const mishap of mishapsOf(workload, every)) {
      if (++turn % share.of !== share.part % share.of) continue;
      runs++;
      const kind = kindOf(mishap);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      const complaints = await complaintsOf(workload, mishap);
      if (complaints.length > 0) findings.push({ workload: workload.name, mishap, complaints });
    }
    onProgress({ runs, kinds, findings }, workload.name);
  }
  return { runs, kinds, findings };
}

/**
 * Runs one workload into several mishaps at once, all drawn from the seed: an operation that fails, a commit that fails,
 * a kill, kills during recovery, and some end.
 */
export async function runRandom(seed: number): Promise<Finding | null> {
  const random = new SeededRandom(seed);
  const workload = WORKLOADS[random.below(WORKLOADS.length)] as Workload;
  const draw = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  const at = (): number => 1 + random.below(random.chance(0.5) ? 60 : 400);
  const code = draw(['EIO', 'ENOSPC'] as const);
  const mishap: Mishap = {
    seed,
    ...(random.chance(0.6) && { fault: { at: at(), lasts: draw(LASTS), code } }),
    ...(random.chance(0.4) && {
      storeFault: { at: 1 + random.below(20), lasts: draw(LASTS), code: draw(['EIO', 'ENOSPC']) },
    }),
    ...(random.chance(0.4) && { killAt: at() }),
    ...(random.chance(0.4) && { recoveryKillsAt: [at(), at(), at()] }),
    actions: 1 + random.below(workload.actions.length),
    end: draw(ENDS),
  };
  const complaints = await complaintsOf(workload, mishap);
  return complaints.length === 0 ? null : { workload: workload.name, mishap, complaints };
}

function kindOf({ fault, storeFault, recoveryKillsAt }: Mishap): string {
  if (fault !== undefined) return `a failed operation (${fault.code}, ${fault.lasts})`;
  if (storeFault !== undefined) {
    return `a failed commit of the store (${storeFault.code ?? 'EIO'}, ${storeFault.lasts})`;
  }
  return recoveryKillsAt === undefined ? 'a kill' : 'a kill, and three during recovery';
}

async function complaintsOf(workload: Workload, mishap: Mishap): Promise<readonly string[]> {
  try {
    return (await runInto(workload, mishap)).complaints;
  } catch (error) {
    return [`it cannot be opened or read: ${error instanceof Error ? error.stack : String(error)}`];
  }
}

async function* mishapsOf(workload: Workload, every: number): AsyncGenerator<Mishap> {
  const { operations, commits } = await runInto(workload, { seed: 0, end: 'kill' });
  let turn = 0;
  const isTaken = (): boolean => turn++ % every === 0;
  for (let at = 1; at <= operations; at++) {
    for (const end of ENDS) {
      for (const lasts of LASTS) {
        if (isTaken()) yield { seed: at, fault: { at, lasts, code: 'EIO' }, end };
        if (isTaken()) yield { seed: at, fault: { at, lasts, code: 'ENOSPC' }, end };
      }
      if (isTaken()) yield { seed: at, killAt: at, end };
      const recoveryKillsAt = [1 + (at % 37), 1 + (at % 23), 2];
      if (isTaken()) yield { seed: at, killAt: at, recoveryKillsAt, end };
    }
    if (isTaken()) yield { seed: at, fault: { at, lasts: 'once', code: 'EIO' }, end: 'close' };
  }
  for (let at = 1; at <= commits; at++) {
    for (const end of ENDS) {
      for (const lasts of LASTS) {
        for (const code of ['EIO', 'ENOSPC'] as const) {
          for (let seed = 0; seed < 4; seed++) yield { seed, storeFault: { at, lasts, code }, end };
        }
      }
    }
  }
}
