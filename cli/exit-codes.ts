/** What the process tells its caller; the numbers above 60 are those of BSD's sysexits.h. */
export const EXIT = {
  OK: 0,
  /** A statement failed. */
  FAILED: 1,
  /** The port is taken by someone else, or no server answers. */
  UNAVAILABLE: 69,
  /** The files of the data directory are damaged, or our own code is wrong; the log says where. */
  INTERNAL: 70,
  /** The data directory cannot be made, or is on a disk that is not safe. */
  CANNOT_CREATE: 73,
  /** The disk failed, or was full at a moment that could not wait; nothing that was acknowledged is lost. */
  IO: 74,
  /** The data directory is in use: the same command may work later. */
  IN_USE: 75,
  /** Not allowed to use the data directory or the port. */
  NO_PERMISSION: 77,
  /** The command line, the environment or the format of the data directory is wrong; nothing was touched. */
  CONFIGURATION: 78,
} as const;
