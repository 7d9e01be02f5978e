// How the text of a root field of a mutation comes about.

export type RootText =
  /** A statement gives it. */
  | { readonly kind: 'slot'; readonly slot: string }
  /** Nothing is to be written. */
  | { readonly kind: 'constant'; readonly json: string }
  /** `update_<table>_many`: a list of such. */
  | { readonly kind: 'list'; readonly items: readonly RootText[] };
