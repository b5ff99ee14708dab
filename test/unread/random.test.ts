import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge, remember, startSummarizing } from './harness.ts';

/** A round is a full and a differential while transactions run; more of them: PGBACKUPER_UNREAD_ROUNDS. */
const ROUNDS = Number(process.env.PGBACKUPER_UNREAD_ROUNDS ?? 4);
const TABLES = 10;
/** Sessions that change what is hot in the round. */
const WORKERS = 3;

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startSummarizing(18, {
    ...{ autovacuum: 'on', autovacuum_naptime: '1s', checkpoint_timeout: '30s' },
  });
  const make = (number: number) =>
    `CREATE TABLE t${number} AS SELECT g AS id, repeat(md5(g::text), 1 + g % 100) AS note FROM generate_series(1, 200) g;`;
  await postgres.psql(`${Array.from({ length: TABLES }, (_, number) => make(number)).join('\n')}VACUUM; CHECKPOINT`);
});
afterAll(() => postgres?.stop());

const one = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;
const id = () => 1 + Math.floor(Math.random() * 200);

function statement(table: string): string {
  return one([
    () => `UPDATE ${table} SET note = md5(random()::text) WHERE id = ${id()};`,
    () => `UPDATE ${table} SET note = repeat(md5(random()::text), 200) WHERE id = ${id()};`,
    () => `DELETE FROM ${table} WHERE id = ${id()};`,
    () => `INSERT INTO ${table} VALUES (${id()}, 'new');`,
    () => `SAVEPOINT s; DELETE FROM ${table}; ROLLBACK TO s;`,
    () => `SAVEPOINT s; UPDATE ${table} SET id = id + 1 WHERE id = ${id()}; RELEASE s;`,
    () => `SELECT count(*) FROM ${table} WHERE id = ${id()} FOR UPDATE;`.replace('count(*)', 'id'),
    () => `TRUNCATE ${table}; INSERT INTO ${table} SELECT g, 'again' FROM generate_series(1, 50) g;`,
    () => `ALTER TABLE ${table} ALTER COLUMN note SET STORAGE ${one(['PLAIN', 'EXTENDED', 'EXTERNAL'])};`,
    () => `SELECT pg_sleep(${Math.random() / 10});`,
  ])();
}

/** One psql with several transactions; a conflict of two ends it, which is no matter. */
async function work(hot: readonly string[]): Promise<void> {
  const transaction = () => {
    const count = 1 + Math.floor(Math.random() * 4);
    const body = Array.from({ length: count }, () => statement(one(hot))).join(' ');
    return one([
      () => `BEGIN; ${body} COMMIT;`,
      () => `BEGIN; ${body} COMMIT;`,
      () => `BEGIN; ${body} ROLLBACK;`,
      () => `VACUUM ${one(['', 'FREEZE', 'FULL'])} ${one(hot)};`,
      () => 'CHECKPOINT;',
    ])();
  };
  await postgres.psql(Array.from({ length: 8 }, transaction).join('\n')).catch(() => undefined);
}

async function tryOnce() {
  await sleep(Math.random() * 100);
  const full = await remember(postgres, 'postgres', () => sleep(Math.random() * 50));
  await sleep(Math.random() * 200);
  return judge(postgres, 'postgres', full, () => sleep(Math.random() * 50));
}

test('whatever runs beside them, a differential leaves unread only what is as it was', async () => {
  let unread = 0;
  // more rounds while nothing was left unread: a deadlock, or an old transaction, can take that from several in a row
  for (let round = 0; round < ROUNDS || (unread === 0 && round < 10 * ROUNDS); round += 1) {
    const hot = Array.from({ length: TABLES }, (_, number) => `t${number}`).filter(() => Math.random() < 0.4);
    if (hot.length === 0) continue;
    let running = true;
    const workers = Array.from({ length: WORKERS }, async () => {
      while (running) await work(hot);
    });
    try {
      const judged = await tryOnce().catch(() => undefined); // a deadlock with a worker
      expect(judged?.wrong ?? []).toEqual([]);
      unread += judged?.unchanged.length ?? 0;
    } finally {
      running = false;
      await Promise.all(workers);
    }
  }
  expect(unread).toBeGreaterThan(0);
}, 600_000);
