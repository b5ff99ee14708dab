import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackuperError } from '@postgres-backuper/base';
import { type RestoreResult, restore, type VerifyResult, verify } from '@postgres-backuper/core';
import { type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from '../restore/harness.ts';
import { GALLERIES, type Gallery } from './galleries.ts';
import { keyOf, page, type Seen } from './page.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const seen = new Map<string, Seen>();

describe.each(testMajors())('the gallery on PostgreSQL %i', (major) => {
  let source: Postgres;
  let other: Postgres;
  let place: Place;
  let blocks: readonly string[];
  beforeAll(async () => {
    [source, other, place] = await Promise.all([startPostgres({ major }), startPostgres({ major }), createPlace()]);
    const text = await readFile(join(DOCS, 'minimal-role.md'), 'utf8');
    blocks = [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
    await source.psql((blocks[0] ?? '').replace('DATABASE app', 'DATABASE postgres'));
    await other.createRole('restorer', "LOGIN CREATEDB PASSWORD 'choose one'");
  });
  afterAll(async () => {
    await Promise.all([source?.stop(), other?.stop()]);
    await place?.remove();
  });

  /** The backup of an ordinary role. */
  const made = async ({ name, variables = '' }: Gallery) => {
    await source.createDatabase(name, 'TEMPLATE template0');
    const file = await readFile(join(import.meta.dirname, `${name}.sql`), 'utf8');
    await source.psql(`SET client_min_messages = warning;\n${variables}\n${file}`, name);
    await source.psql(`GRANT CONNECT ON DATABASE "${name}" TO backup; ${blocks[1]}`, name);
    const env = { ...source.env, PGUSER: 'backup', PGPASSWORD: 'choose one' };
    await makeBackup({ ...source, env }, { dbname: name }, place);
  };
  const server = (user?: string) => {
    const { env, ...rest } = serverOf(other, 'postgres');
    return { ...rest, env: user === undefined ? env : { ...env, PGUSER: user, PGPASSWORD: 'choose one' } };
  };
  const bring = async (name: string, request: Partial<RestoreRequest>, user?: string): Promise<Seen> => {
    const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const asked = { name, target: { latest: true } as const, ...all, ...request };
    const services = { server: server(user), repository: place.repository };
    const { status, result, text } = await ended<RestoreResult>(restore(asked, services, place.context()));
    if (result === undefined) return { status, tables: 0, rows: 0, objects: [], without: [text] };
    expect(result.notLoaded).toEqual([]);
    return { status, ...sumOf(result.tables), objects: result.objects, without: [] };
  };
  const drilled = async (name: string): Promise<Seen> => {
    const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
    const asked = { name, target: { latest: true }, level: 'restore', drill } as const;
    const services = { server: server(), repository: place.repository };
    const { status, result } = await ended<VerifyResult>(verify(asked, services, place.context()));
    const [backup] = result?.backups ?? [];
    expect(backup).toMatchObject({ ok: true });
    const tables = (backup?.tables ?? []) as readonly { readonly rows: number }[];
    const without = (backup?.notTested ?? []).map((part) => `${part} not drilled`);
    const { verdict, notRestored: objects = [] } = backup ?? {};
    return { status, verdict: verdict ?? undefined, ...sumOf(tables), objects, without };
  };

  it.each(GALLERIES.map((one) => [one.name, one] as const))('brings back %s', async (name, gallery) => {
    await made(gallery);
    const drill = await drilled(name);
    const plain = { into: `${name} plain`, owner: false, privileges: false, policies: false } as const;
    const ordinary = await bring(name, plain, 'restorer');
    const superuser = await bring(name, { createRoles: 'no-login' });
    const by = { superuser, 'ordinary role': ordinary, drill } as const;
    for (const way of ['superuser', 'ordinary role', 'drill'] as const) seen.set(keyOf(gallery, major, way), by[way]);

    if (gallery.needsSearchPath !== true) {
      const original = await snapshotOf(source, name);
      const unpopulated = ordinary.objects.some(({ lack }) => lack === 'not-populated');
      if (!unpopulated) expect((await snapshotOf(other, `${name} plain`)).tables).toEqual(original.tables);
      if (superuser.objects.length === 0) expect(await snapshotOf(other, name)).toEqual(original);
    }
    for (const dbname of [name, `${name} plain`]) await other.psql(`DROP DATABASE IF EXISTS "${dbname}"`);
  });
});

it.skipIf(testMajors().join() !== '14,18')('the page says what was seen (write it anew: vitest --update)', async () => {
  await expect(page(seen, testMajors())).toMatchFileSnapshot(join(DOCS, 'reliability/gallery.md'));
});

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
