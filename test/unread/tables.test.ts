import type { Postgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANGES, HARMLESS, ROWS } from './cases.ts';
import { type Judged, judge, remember, startSummarizing } from './harness.ts';

const MAJORS = [17, 18] as const;
const ALL = [...CHANGES, ...HARMLESS].map(([what, before, change], number) => ({
  ...{ what, before, change, table: `t${number}`, name: `x${number}` },
}));

/** All cases side by side in one database: a checkpoint for each would take minutes. */
async function tryAll(postgres: Postgres): Promise<Judged> {
  const of = (text: string, { table, name }: (typeof ALL)[number]): string =>
    text.replaceAll('$t', table).replaceAll('$x', name);
  const begin = ALL.map((one) => `CREATE TABLE ${one.table} AS ${ROWS}; ${of(one.before, one)};`);
  await postgres.psql(`${begin.join('\n')}\nVACUUM; CHECKPOINT`);
  const full = await remember(postgres, 'postgres');
  await postgres.psql(ALL.map((one) => `${of(one.change, one)};`).join('\n'));
  return judge(postgres, 'postgres', full);
}

for (const major of MAJORS) {
  let postgres: Postgres;
  let judged: Judged;
  beforeAll(async () => {
    postgres = await startSummarizing(major);
    judged = await tryAll(postgres);
  });
  afterAll(() => postgres?.stop());

  test(`${major}: what is left unread has the text that it had`, () => {
    expect(judged).toMatchObject({ why: undefined, wrong: [] });
  });

  const tableOf = (what: string) => ALL.find((one) => one.what === what)?.table;
  test.each(CHANGES)(`${major}: is read: %s`, (what) => {
    expect(judged.unchanged).not.toContain(tableOf(what));
  });
  test.each(HARMLESS)(`${major}: is left unread: %s`, (what) => {
    expect(judged.unchanged).toContain(tableOf(what));
  });
}
