// A worker that listens -> one that answers, or the reason it gives for answering nothing but errors.

import { UserError } from '../database/user-error.ts';

/** @throws UserError with what the worker says of its settings, when it cannot serve with them. */
export async function assertHealthy(url: string): Promise<void> {
  const response = await fetch(`${url}/healthz`);
  const text = await response.text();
  if (response.status < 500) return;
  throw new UserError(`The worker does not start with these settings: ${reasonOf(text)}`);
}

/** A misconfigured worker names its mistakes; one whose metadata database does not answer has logged why. */
function reasonOf(text: string): string {
  try {
    return (JSON.parse(text) as { readonly error: string }).error;
  } catch {
    return `it says ${text}, and its log says why`;
  }
}
