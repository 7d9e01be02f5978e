// A text of the metadata with `{{NAME}}` in it -> the same with values of the environment in their places.

import { HedgeError } from '../error/hedge-error.ts';
import type { Environment } from './types.ts';

const PLACE = /\{\{([^{}]*)\}\}/g;

/** Whether a text depends on the environment. */
export function isTemplate(text: string): boolean {
  return text.search(PLACE) !== -1;
}

/**
 * Fills in the variables a text names.
 * @throws HedgeError `not-found` naming the variables that are not set; nothing of their values or of the text.
 */
export function fillTemplate(text: string, environment: Environment): string {
  return text.replaceAll(PLACE, (_, name: string) => variable(name.trim(), environment));
}

/**
 * The value of a variable.
 * @throws HedgeError `not-found`, as Hasura, when it is not set.
 */
export function variable(name: string, environment: Environment): string {
  const value = environment(name);
  if (value === undefined) throw new HedgeError('not-found', `environment variable '${name}' not set`);
  return value;
}

/** The environment of a Worker: bindings that are texts. */
export function environmentOf(bindings: Readonly<Record<string, unknown>>): Environment {
  return (name) => {
    const value = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
}
