// Work and a time it may take -> its result, or an error when it is late; or whether it ended in time.

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

/** Whether work ends within a time; what it throws until then comes out here. The work itself goes on. */
export async function endsWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
