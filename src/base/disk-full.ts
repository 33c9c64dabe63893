const CODES = new Set(['ENOSPC', 'EDQUOT']);
const CAUSES_MAX = 10;

/** Asks whoever watches the disk: resolves when it is worth trying again, with false when nobody should wait any more. */
export type WaitForRoom = () => Promise<boolean>;

/** For whom a full disk is the end. */
export const nobodyWaits: WaitForRoom = async () => false;

/** Whether an error, or what caused it, says that the disk has no room. LevelDB says what the system said in words only. */
export function isDiskFull(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < CAUSES_MAX; depth++) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (CODES.has(code ?? '')) return true;
    if (code === 'LEVEL_IO_ERROR' && /no space left|quota exceeded/i.test(message)) return true;
    ({ cause } = cause);
  }
  return false;
}
