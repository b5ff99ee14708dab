/** The results of `work` in the order of the items, at most `limit` at once. Starts no more after a failure. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const drain = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      results[index] = await work(item);
    }
  };
  const drains = Array.from({ length: Math.min(limit, items.length) }, () =>
    drain().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(drains);
  return results;
}
