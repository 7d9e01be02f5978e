// What every call of a webhook shares: headers as the metadata gives them, and the variables they may name.

/** A header of the metadata. `value` may hold `{{NAME}}` of the environment. */
export type WebhookHeader =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly valueFromEnv: string };

/** A variable or secret of the deployment; undefined when it is not set. */
export type Environment = (name: string) => string | undefined;
