import { join } from 'node:path';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkplace } from '../bad-input/harness.ts';
import { createRandom, type Random, seed } from '../faults/form.ts';
import { atRandomMoments } from '../faults/killer.ts';
import { createPlace } from '../restore/harness.ts';
import { type Done, KILLED, type Kills, runHistory } from './histories/history.ts';

/** `PGBACKUPER_HISTORIES=200` is the long form. PGBACKUPER_SEED repeats a run, PGBACKUPER_HISTORY one history of it. */
const HISTORIES = Number(process.env.PGBACKUPER_HISTORIES || 2);
const FIRST = Number(process.env.PGBACKUPER_HISTORY || 1);
const STEPS = 14;
let server: Postgres;

beforeAll(async () => {
  server = await startPostgres({ major: 18 });
});
afterAll(async () => {
  await server?.stop();
});

const title = `in random histories each backup that is left restores what it was made of (seed ${seed})`;
test(title, { retry: 0, timeout: 60_000 + HISTORIES * 120_000 }, async () => {
  const kills = await prepareKills(createRandom(seed));
  const all = { fulls: 0, differentials: 0, hits: 0, restored: 0 };
  for (let number = FIRST; number < FIRST + HISTORIES; number += 1) {
    const done = await runOne(number, kills);
    for (const key of Object.keys(all) as (keyof typeof all)[]) all[key] += done[key];
  }
  console.log(`${HISTORIES} histories: ${JSON.stringify(all)}`);
  expect(Math.min(all.fulls, all.differentials, all.restored)).toBeGreaterThan(0);
});

async function runOne(number: number, kills: Kills): Promise<Done> {
  const name = `history_${number}`;
  await server.createDatabase(name, 'TEMPLATE template0');
  const place = await createPlace();
  const env = { PGDATABASE: name, BACKUP_NAME: name, BACKUP_REPOSITORY: join(place.directory, 'repository') };
  const workplace = await createWorkplace(server, env);
  const steps: string[] = [];
  try {
    const random = createRandom(seed * 1000 + number);
    return await runHistory({ name, server, place, workplace, random, steps }, STEPS, kills);
  } catch (error) {
    throw new Error(`history ${number} of seed ${seed}: ${steps.join('; ')}: ${error}`, { cause: error });
  } finally {
    await Promise.all([place.remove(), workplace.remove()]);
    await server.psql(`DROP DATABASE "${name}" WITH (FORCE)`);
  }
}

/** Learns how long the commands take, on a database of their own. */
async function prepareKills(random: Random): Promise<Kills> {
  await server.createDatabase('measured');
  const workplace = await createWorkplace(server, { PGDATABASE: 'measured', BACKUP_NAME: 'measured' });
  const backup = await atRandomMoments(workplace, KILLED.backup, random);
  const prune = await atRandomMoments(workplace, KILLED.prune, random);
  await workplace.remove();
  return { backup, prune };
}
