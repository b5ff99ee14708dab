import { describe, expect, it } from 'vitest';
import type { FileSink } from './file-sink.ts';
import { createRelay } from './relay.ts';

const nothing = (): void => undefined;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Keeps what it got; while `full`, it asks to wait. */
function createTestSink() {
  const state = { text: '', full: false, resume: (): void => undefined };
  const sink: FileSink = {
    take(chunk, resume) {
      state.text += chunk.toString();
      state.resume = resume;
      return !state.full;
    },
    room: () => undefined,
    filled: () => undefined,
    end: () => undefined,
  };
  return { sink, state };
}

async function started(holdBytes = 4) {
  const { sink, state } = createTestSink();
  const items = ['a', 'b', 'c', 'd', 'e'];
  const stop = new AbortController();
  const relay = createRelay(sink, { next: () => items.shift(), places: 3, holdBytes, signal: stop.signal });
  const enter = async () => {
    const entered = await relay.enter();
    if (entered === undefined) throw new Error('nothing entered');
    await tick();
    return entered.runner;
  };
  const put = (runner: Awaited<ReturnType<typeof enter>>, text: string, resume: () => void = nothing) =>
    runner.take(Buffer.from(text), resume);
  return { relay, enter, put, state, stop };
}

describe('a relay', () => {
  it('passes the first on at once and holds the others until their turn', async () => {
    const { relay, enter, put, state } = await started();
    const [one, two] = [await enter(), await enter()];
    put(two, '22');
    put(one, '1');
    put(two, '2');
    expect(state.text).toBe('1');
    one.end();
    await tick();
    expect(state.text).toBe('1222');
    put(two, '2!');
    two.end();
    await relay.finish();
    expect(state.text).toBe('12222!');
  });

  it('stops one that is ahead when it holds enough, and lets it go on at its turn', async () => {
    const { enter, put, state } = await started(4);
    const [one, two] = [await enter(), await enter()];
    let resumed = false;
    expect(put(two, '2222')).toBe(true);
    expect(
      put(two, '33', () => {
        resumed = true;
      }),
    ).toBe(false);
    put(one, '1');
    one.end();
    await tick();
    expect(state.text).toBe('1222233');
    expect(resumed).toBe(true);
  });

  it('waits for a sink without room before it goes on, also with what comes meanwhile', async () => {
    const { relay, enter, put, state } = await started(8);
    const [one, two] = [await enter(), await enter()];
    put(two, 'abc');
    state.full = true;
    one.end();
    await tick();
    expect(state.text).toBe('abc');
    put(two, 'de');
    two.end();
    await tick();
    expect(state.text).toBe('abc');
    state.full = false;
    state.resume();
    await relay.finish();
    expect(state.text).toBe('abcde');
  });

  it('lets no more in than it has places, and in their order', async () => {
    const { relay, enter, put, state } = await started();
    const runners = [await enter(), await enter(), await enter()];
    const fourth = relay.enter();
    let entered = false;
    void fourth.then(() => {
      entered = true;
    });
    await tick();
    expect(entered).toBe(false);
    runners[0]?.end();
    const { item, runner } = (await fourth) ?? {};
    expect(item).toBe('d');
    if (runner !== undefined) put(runner, '4');
    for (const one of [...runners, runner]) one?.end();
    await relay.finish();
    expect(state.text).toBe('4');
  });

  it('ends every wait when it is aborted', async () => {
    const { relay, enter, stop } = await started();
    await enter();
    await enter();
    await enter();
    const waits = [relay.enter(), relay.finish()];
    stop.abort(new Error('enough'));
    for (const wait of waits) await expect(wait).rejects.toThrow('enough');
  });
});
