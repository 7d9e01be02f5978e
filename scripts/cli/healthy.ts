// A worker that listens -> one that answers, or the reason it gives for answering nothing but errors.

import { UserError } from '../database/user-error.ts';

/** @throws UserError with what the worker says of its settings, when it cannot serve with them. */
export async function assertHealthy(url: string): Promise<void> {
  const response = await fetch(`${url}/healthz`);
  const text = await response.text();
  if (response.status < 500) return;
  const { error } = JSON.parse(text) as { readonly error: string };
  throw new UserError(`The worker does not start with these settings: ${error}`);
}
