// Work and a time it may take -> its result, or an error when it is late.

/** What `work` gives, unless `late` has to be thrown after `milliseconds`. The work itself goes on. */
export function within<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds);
    const settled =
      <A>(settle: (value: A) => void) =>
      (value: A): void => {
        clearTimeout(timer);
        settle(value);
      };
    work.then(settled(resolve), settled(reject));
  });
}
