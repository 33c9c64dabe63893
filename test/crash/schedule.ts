/** When a kill comes; one process of each era has to get ready before others may be kept from it. */
export type KillPhase = 'recovery' | 'load' | 'either';

/** One process of a run, from its start to its kill. */
export interface Life {
  /** From 1 on. */
  readonly number: number;
  readonly phase: KillPhase;
  /** The database is opened and compared afterwards. */
  readonly isChecked: boolean;
  /** With this life an era begins: it drops everything first, or gets a fresh directory; null in the middle of an era. */
  readonly begins: 'clearing' | 'freshDirectory' | null;
}

/** Long enough for a history, short enough that comparing all of it costs less than the kills. */
export const KILLS_PER_ERA = 50;
/** Every so many eras begin in a fresh directory; the others in the one there is, by dropping everything. */
const ERAS_PER_DIRECTORY = 4;
const KILLS_PER_CHECK = 10;
/** Kills, at the beginning of all eras but the first, of a process that drops or creates what there shall be. */
const KILLS_AT_ERA_START = 2;

/**
 * All lives of a run. It is divided into eras, so that however long it is there is never more to compare than one era
 * has written; the last life of each is checked, and the last life of all gets ready, so that it can be.
 * @throws RangeError when an era, or the run, is too short for its start.
 */
export function* lives(options: {
  readonly kills: number;
  readonly killsAtStart?: number;
  readonly killsPerEra?: number;
}): Generator<Life> {
  const { kills, killsAtStart = 0, killsPerEra = KILLS_PER_ERA } = options;
  if (killsAtStart >= kills) throw new RangeError('more kills at the start than kills');
  if (killsPerEra <= Math.max(killsAtStart, KILLS_AT_ERA_START)) {
    throw new RangeError(`an era has ${KILLS_AT_ERA_START} kills at its start and more`);
  }
  for (let number = 1; number <= kills; number++) {
    const era = Math.floor((number - 1) / killsPerEra);
    const inEra = number - era * killsPerEra;
    const atStart = era === 0 ? killsAtStart : KILLS_AT_ERA_START;
    const isLast = number === kills;
    yield {
      number,
      phase: isLast ? 'load' : phaseOf(inEra - atStart),
      isChecked: isLast || inEra === killsPerEra || inEra % KILLS_PER_CHECK === 0,
      begins: inEra === 1 && era > 0 ? beginningOf(era) : null,
    };
  }
}

function phaseOf(killAfterStart: number): KillPhase {
  if (killAfterStart < 1) return 'recovery';
  return killAfterStart === 1 ? 'load' : 'either';
}

function beginningOf(era: number): Life['begins'] {
  return era % ERAS_PER_DIRECTORY === 0 ? 'freshDirectory' : 'clearing';
}
