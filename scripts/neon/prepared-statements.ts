// Statement text -> its name on one connection, so that Postgres parses and plans a repeated statement once.

/** What Postgres tells about a column; its keys are those of Neon's answer. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

export interface Description {
  readonly fields: readonly Field[];
  /** The same, as it stands in an answer. */
  readonly json: string;
}

export interface PreparedStatement {
  readonly name: string;
  /** Null until the first answer came. It stays true: Postgres refuses to run a statement whose result has changed. */
  description: Description | null;
}

/** Plans are kept in the backend's memory: a few hundred are enough for the hot ones of an API. */
const MAX_STATEMENTS = 256;

/** What one connection has prepared, least recently used first. */
export class PreparedStatements {
  readonly #entries = new Map<string, PreparedStatement>();
  #forgotten: string[] = [];
  #counter = 0;

  /** The statement of that text, if the connection has it. */
  find(text: string): PreparedStatement | undefined {
    const known = this.#entries.get(text);
    if (known) {
      this.#entries.delete(text);
      this.#entries.set(text, known);
    }
    return known;
  }

  /** Gives a new statement a name, which was never used on this connection; the caller sends Parse. */
  add(text: string): PreparedStatement {
    if (this.#entries.size >= MAX_STATEMENTS) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.forget(oldest);
    }
    this.#counter += 1;
    const entry = { name: `h${this.#counter}`, description: null };
    this.#entries.set(text, entry);
    return entry;
  }

  /** For statements that failed: Postgres may or may not have them. */
  forget(text: string): void {
    const entry = this.#entries.get(text);
    if (!entry) return;
    this.#entries.delete(text);
    this.#forgotten.push(entry.name);
  }

  /** Names to send Close for, which is no error where there is no such statement. */
  takeForgotten(): readonly string[] {
    const names = this.#forgotten;
    if (names.length > 0) this.#forgotten = [];
    return names;
  }
}
