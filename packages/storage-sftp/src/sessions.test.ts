import { expect, test } from 'vitest';
import type { Session } from './session.ts';
import { createSessions } from './sessions.ts';

/** Opens sessions that know their number; refuses from `most` on. */
function opener(most: number) {
  const opened: { isOpen: boolean; number: number }[] = [];
  const open = async (): Promise<Session> => {
    if (opened.length >= most) throw new Error('refused');
    opened.push({ isOpen: true, number: opened.length });
    return opened.at(-1) as unknown as Session;
  };
  return { opened, use: createSessions(open) };
}

const numberOf = async (session: Session) => (session as unknown as { number: number }).number;
const slowly = async (session: Session) => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return numberOf(session);
};

test('one call after the other shares a session; calls at the same time have up to four', async () => {
  const { opened, use } = opener(10);
  expect(await use(numberOf)).toBe(0);
  expect(await use(numberOf)).toBe(0);
  const used = await Promise.all(Array.from({ length: 8 }, () => use(slowly)));
  expect(used.toSorted()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(opened).toHaveLength(4);
});

test('a server that allows fewer sessions is used with those', async () => {
  const { opened, use } = opener(2);
  const used = await Promise.all(Array.from({ length: 8 }, () => use(slowly)));
  expect(new Set(used)).toEqual(new Set([0, 1]));
  expect(opened).toHaveLength(2);
});

test('without a first session a call fails, and the next one tries again', async () => {
  const { use } = opener(0);
  await expect(use(numberOf)).rejects.toThrow('refused');
  await expect(use(numberOf)).rejects.toThrow('refused');
});

test('a session that ended is replaced', async () => {
  const { opened, use } = opener(10);
  await use(async (session) => Object.assign(session, { isOpen: false }));
  expect(await use(numberOf)).toBe(1);
  expect(opened).toHaveLength(2);
});
