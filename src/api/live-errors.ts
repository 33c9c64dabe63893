/** The server refused or failed to do what it was asked. */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  /** Such as 40001; see the reference of the REST API. */
  readonly code: number;
  /** Whether the same may work later. */
  readonly again: boolean;

  constructor(
    message: string,
    { code, again }: { readonly code: number; readonly again: boolean },
  ) {
    super(message);
    this.code = code;
    this.again = again;
  }
}

/** The connection was lost: whether a statement or insert under way was done is not known. */
export class LiveConnectionError extends Error {
  override readonly name = 'LiveConnectionError';
}
