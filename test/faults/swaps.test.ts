import { setTimeout as sleep } from 'node:timers/promises';
import { startTcpProxy } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { count, counted, createRandom, isLong, ONCE, seed } from './form.ts';
import { type Load, startLoad } from './pgbench-load.ts';
import { type Exchange, startSwapPlace } from './swap-place.ts';

/** Longest time without a committed transaction, milliseconds; docs/restore.md names it. */
const LONGEST_GAP_MS = 2000;
/** How long the names may be locked by a run whose machine is gone, milliseconds. */
const LONGEST_LOCK_MS = 10_000;
const SWAPS = count({ short: 2, long: 20 });
const KILLS = count({ short: 4, long: 60 });
/** From the start of the exchange, in which a kill comes, milliseconds. */
const MOMENTS_MS = 150;
const LIMIT = { timeout: 1_800_000 };

describe(`databases that are exchanged under load (PGBACKUPER_SEED=${seed})`, ONCE, () => {
  let place: Awaited<ReturnType<typeof startSwapPlace>>;
  const random = createRandom(seed);
  beforeAll(async () => {
    place = await startSwapPlace();
  });
  afterAll(() => place?.stop());

  const done = async ({ ended, log }: Exchange) => expect([await ended, log.join('\n')]).toEqual([0, log.join('\n')]);
  /** That there are two. */
  const replaced = async () => {
    if ((await place.others()).length === 0) await done(place.replace());
  };
  const loaded = async (connects: boolean) => {
    await place.forget();
    const load = await startLoad(place.server, { clients: 2, connects });
    await expect.poll(async () => (await place.times()).length).toBeGreaterThan(0);
    return load;
  };
  /** That every transaction is where it belongs, and none that was acknowledged is missing. Returns the longest pause. */
  const judge = async (load: Load) => {
    const acknowledged = await load.stop();
    const times = await place.times();
    const pause = times.reduce((longest, time, at) => Math.max(longest, time - (times[at - 1] ?? time)), 0);
    expect(acknowledged).toBeGreaterThan(10);
    expect(times.length).toBeGreaterThanOrEqual(acknowledged);
    expect(await place.mixed()).toBe(0);
    if (isLong) console.log(`longest time without a transaction: ${Math.round(pause)} ms (${times.length} of them)`);
    return pause;
  };

  test.each([
    ['sessions that stay', false],
    ['a connection for each transaction', true],
  ])('transactions see the old one or the new one, and none is lost: %s', LIMIT, async (what, connects) => {
    await counted({ kind: 'swaps', what: `under pgbench, ${what}`, tried: SWAPS }, async () => {
      const load = await loaded(connects);
      await replaced();
      for (let swap = 0; swap < SWAPS; swap += 1) {
        const before = await place.marker();
        await done(await place.exchange());
        expect(await place.marker()).not.toBe(before);
      }
      expect(await judge(load)).toBeLessThan(LONGEST_GAP_MS);
    });
  });

  test('a kill at any moment leaves one of them, whole, and the next command works', LIMIT, async () => {
    await counted({ kind: 'kills', what: 'undo-swap under pgbench', tried: KILLS }, async () => {
      await replaced();
      const load = await loaded(false);
      for (let kill = 0; kill < KILLS; kill += 1) {
        const run = await place.exchange();
        await run.begun;
        await sleep(random.below(MOMENTS_MS));
        run.child.kill('SIGKILL');
        await run.ended;
        expect(await place.others()).toHaveLength(1);
      }
      await done(await place.exchange());
      expect(await judge(load)).toBeLessThan(LONGEST_LOCK_MS);
    });
  });

  test('a run whose machine is gone between the two renames gives the name back', async () => {
    const { server } = place;
    await replaced();
    const [before, [other = '']] = [await place.marker(), await place.others()];
    const proxy = await startTcpProxy(server);
    const waits = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER DATABASE %'`;
    const sleeps = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    const locked = server
      .psql(`BEGIN; COMMENT ON DATABASE "${other}" IS 'locks it'; SELECT pg_sleep(60)`)
      .catch(() => undefined);
    await expect.poll(() => server.psql(sleeps)).toBe('1');
    const run = await place.exchange(proxy.port);
    await expect.poll(() => server.psql(waits)).toBe('1');
    proxy.set({ blackHole: true });
    await server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await locked;
    const begun = performance.now();
    expect(await place.marker()).toBe(before);
    expect(performance.now() - begun).toBeLessThan(LONGEST_LOCK_MS);
    expect(await place.others()).toEqual([other]);
    run.child.kill('SIGKILL');
    await run.ended;
    await proxy.stop();
    await done(await place.exchange());
  });
});
