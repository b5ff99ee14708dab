import { type Sql, textOf } from '@postgres-backuper/postgres';
import { NOON, quietContext, testClock } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import type { CopySession } from '../copy-session.ts';
import { noteRefusal } from './note-refusal.ts';

/** A session after that of the claim; another one has the claim until `freeAt`, milliseconds. */
function sessionsAt(freeAt: number, clock: ReturnType<typeof testClock>) {
  const texts: string[] = [];
  const session = {
    query: async (statement: Sql) =>
      textOf(statement).includes('try_advisory_lock')
        ? [{ mine: clock.elapsed() - NOON >= freeAt }]
        : [{ settled: false, current: true }],
    execute: async (...statements: readonly Sql[]) => void texts.push(...statements.map(textOf)),
  } as unknown as CopySession;
  const kept = { get: async () => session, close: async () => undefined };
  return { texts, sessions: { claimed: {} as CopySession, session: kept } };
}

test.each([
  [2000, 'noted', 1],
  [Infinity, 'left', 0],
] as const)('a claim that is free after %s ms: the refusal is %s', async (freeAt, end, notes) => {
  const clock = testClock();
  const { texts, sessions } = sessionsAt(freeAt, clock);
  const refusal = { id: 1, run: 'r', why: 'no' };
  expect(await noteRefusal(refusal, sessions, quietContext(clock))).toBe(end);
  expect(texts).toHaveLength(notes);
  expect(clock.elapsed() - NOON).toBeLessThan(60_000);
});
