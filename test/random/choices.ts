// Decisions that a model leaves open -> every way to take them, one run of the model after the other.

/** The decisions of one run: those it is to take again, then always no. */
export class Choices {
  readonly #told: readonly boolean[];
  readonly #taken: boolean[] = [];

  constructor(told: readonly boolean[] = []) {
    this.#told = told;
  }

  /** Takes the next decision. */
  choose(): boolean {
    const choice = this.#told[this.#taken.length] ?? false;
    this.#taken.push(choice);
    return choice;
  }

  /** Whether every way has been gone, after the run. */
  get wereLast(): boolean {
    return !this.#taken.includes(false);
  }

  /** Those of the next run: the last no becomes a yes, and what came after it is open again. */
  next(): Choices {
    const last = this.#taken.lastIndexOf(false);
    return new Choices([...this.#taken.slice(0, last), true]);
  }
}
