import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackuperError } from '@postgres-backuper/base';
import { type RestoreResult, restore, type VerifyResult, verify } from '@postgres-backuper/core';
import { type Postgres, type PostgresRequest, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { expect } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from '../restore/harness.ts';
import type { Gallery } from './galleries.ts';
import type { Seen, Way } from './page.ts';

const MINIMAL_ROLE = join(import.meta.dirname, '../../docs/minimal-role.md');
const PASSWORD = 'choose one';

/** Two clusters of one major: a source, and another without its roles. */
export interface Trial {
  /** Backs a gallery up and brings it to the other cluster in each way. */
  bring(gallery: Gallery): Promise<ReadonlyMap<Way, Seen>>;
  stop(): Promise<void>;
}

interface Clusters {
  readonly source: Postgres;
  readonly other: Postgres;
  readonly place: Place;
  /** Of the page of the minimal role. */
  readonly blocks: readonly string[];
}

export async function startTrial(request: PostgresRequest): Promise<Trial> {
  const [source, other, place] = await Promise.all([startPostgres(request), startPostgres(request), createPlace()]);
  const text = await readFile(MINIMAL_ROLE, 'utf8');
  const blocks = [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  await source.psql((blocks[0] ?? '').replace('DATABASE "app"', 'DATABASE "postgres"'));
  await source.psql(`ALTER ROLE backup PASSWORD '${PASSWORD}'`);
  await other.createRole('restorer', `LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
  const clusters = { source, other, place, blocks };
  return {
    bring: (gallery) => bring(gallery, clusters),
    stop: async () => {
      await Promise.all([source.stop(), other.stop()]);
      await place.remove();
    },
  };
}

async function bring(gallery: Gallery, clusters: Clusters): Promise<ReadonlyMap<Way, Seen>> {
  const { name } = gallery;
  const { source, other } = clusters;
  await makeGallery(gallery, clusters);
  const seen = new Map<Way, Seen>([['drill', await drilled(name, clusters)]]);
  const without = { owner: false, privileges: false, policies: false } as const;
  const ordinary = await restored(name, { into: `${name} plain`, ...without }, { clusters, user: 'restorer' });
  const superuser = await restored(name, { createRoles: 'no-login' }, { clusters });
  seen.set('ordinary role', ordinary).set('superuser', superuser);
  if (ordinary.status === 1 && gallery.givenExtensions !== undefined) {
    await other.createDatabase(`${name} given`, 'TEMPLATE template0 OWNER restorer');
    for (const one of gallery.givenExtensions) await other.psql(`CREATE EXTENSION ${one}`, `${name} given`);
    const into = { intoEmpty: `${name} given`, ...without };
    seen.set('ordinary role, `--into-empty`', await restored(name, into, { clusters, user: 'restorer' }));
  }
  if (gallery.needsSearchPath !== true) {
    const original = await snapshotOf(source, name);
    if (ordinary.status !== 1) expect((await snapshotOf(other, `${name} plain`)).tables).toEqual(original.tables);
    if (superuser.objects.length === 0) expect(await snapshotOf(other, name)).toEqual(original);
  }
  for (const dbname of [name, `${name} plain`, `${name} given`])
    await other.psql(`DROP DATABASE IF EXISTS "${dbname}" WITH (FORCE)`);
  return seen;
}

/** The backup of an ordinary role. */
async function makeGallery({ name, variables = '' }: Gallery, { source, place, blocks }: Clusters): Promise<void> {
  await source.createDatabase(name, 'TEMPLATE template0');
  const file = await readFile(join(import.meta.dirname, `${name}.sql`), 'utf8');
  await source.psql(`SET client_min_messages = warning;\n${variables}\n${file}`, name);
  await source.psql(`GRANT CONNECT ON DATABASE "${name}" TO backup; ${blocks[1]}`, name);
  const env = { ...source.env, PGUSER: 'backup', PGPASSWORD: PASSWORD };
  await makeBackup({ ...source, env }, { dbname: name }, place);
}

async function restored(
  name: string,
  request: Partial<RestoreRequest>,
  { clusters: { other, place }, user }: { readonly clusters: Clusters; readonly user?: string },
): Promise<Seen> {
  const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
  const { env, ...rest } = serverOf(other, 'postgres');
  const server = { ...rest, env: user === undefined ? env : { ...env, PGUSER: user, PGPASSWORD: PASSWORD } };
  const asked = { name, target: { latest: true } as const, ...all, ...request };
  const work = restore(asked, { server, repository: place.repository }, place.context());
  const { status, result, text } = await ended<RestoreResult>(work);
  if (result === undefined) return { status, tables: 0, rows: 0, objects: [], without: [text] };
  const without = result.notLoaded.map(({ reason }) => reason);
  return { status, ...sumOf(result.tables), objects: result.objects, without };
}

async function drilled(name: string, { other, place }: Clusters): Promise<Seen> {
  const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
  const asked = { name, target: { latest: true }, level: 'restore', drill } as const;
  const services = { server: serverOf(other, 'postgres'), repository: place.repository };
  const { status, result } = await ended<VerifyResult>(verify(asked, services, place.context()));
  const [backup] = result?.backups ?? [];
  expect(backup).toMatchObject({ ok: true });
  const tables = (backup?.tables ?? []) as readonly { readonly rows: number }[];
  const without = (backup?.notTested ?? []).map((part) => `${part} not drilled`);
  const { verdict, notRestored: objects = [] } = backup ?? {};
  return { status, verdict: verdict ?? undefined, ...sumOf(tables), objects, without };
}

interface Ended<Result> {
  readonly status: number;
  /** Undefined: nothing is left. */
  readonly result?: Result;
  readonly text: string;
}

async function ended<Result>(work: Promise<Result>): Promise<Ended<Result>> {
  try {
    return { status: 0, result: await work, text: '' };
  } catch (error) {
    if (!isBackuperError(error)) throw error;
    const { exitStatus, result, message } = error;
    return { status: exitStatus, text: message, ...(result === undefined ? {} : { result: result as Result }) };
  }
}

function sumOf(tables: readonly { readonly rows: number }[]): { readonly tables: number; readonly rows: number } {
  return { tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
}
