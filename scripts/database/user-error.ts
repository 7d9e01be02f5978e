// The error of the command line that is the user's to mend: its message is printed as it is, without a stack.

/** One or more sentences that name the place and the way out; never a password. */
export class UserError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'UserError';
  }
}
