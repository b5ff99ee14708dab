/** The results of `work` in the order of the items, at most `limit` at once. Starts no more after a failure. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  await eachConcurrently(items.entries(), limit, async ([index, item]) => {
    results[index] = await work(item);
  });
  return results;
}

/** Does `work` with each item, at most `limit` at once; the items are taken as they are needed. Starts no more after a failure. */
export async function eachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const drain = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true && !failed; next = queue.next()) await work(next.value);
  };
  const drains = Array.from({ length: limit }, () =>
    drain().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(drains);
}
