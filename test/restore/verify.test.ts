import { chmod, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackuperError, type Event } from '@postgres-backuper/base';
import { type VerifyRequest, type VerifyResult, verify } from '@postgres-backuper/core';
import { createSampleDatabase, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** Small, in several segments. */
const SHOP = { dbname: 'shop', segmentBytes: 1024 ** 2 };

/** A new folder that is that of the system for the rest of a test: drills of others use the common one. */
async function ownTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verify-'));
  await chmod(folder, 0o755);
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  return folder;
}

describe.each(testMajors())('verify on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { timezone: 'Asia/Tokyo' } });
    place = await createPlace();
    await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 8 });
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const prove = (name: string, request: Partial<VerifyRequest>) =>
    verify(
      { name, target: { latest: true }, level: 'content', ...request },
      { repository: place.repository, server: serverOf(postgres, 'postgres') },
      place.context(),
    );
  const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
  const scratchDatabases = () => postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE 'pgbackuper%'");
  const recordsOf = async (name: string, label: string) =>
    (await readdir(join(place.directory, 'repository', name, 'records', label))).filter((key) =>
      key.includes('verify'),
    );
  const folderOf = (name: string, label: string) => join(place.directory, 'repository', name, 'data', label);
  const failure = async (work: Promise<VerifyResult>): Promise<BackuperError & { result: VerifyResult }> => {
    const error = await work.then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'verification-failed', exitStatus: 3 });
    return error;
  };

  it.each(['stored', 'content'] as const)('finds a good backup good at level %s and records it', async (level) => {
    const label = await makeBackup(postgres, SHOP, place);
    const result = await prove('shop', { level });
    expect(result.backups).toMatchObject([{ label, ok: true, damage: [] }]);
    expect((await recordsOf('shop', label)).some((key) => key.endsWith(`verify-${level}-ok.json`))).toBe(true);
    if (level === 'content') expect(result.backups[0]?.tables.length).toBeGreaterThan(8);
  });

  it('proves every table of the sample database on a given server', async () => {
    await makeBackup(postgres, SHOP, place);
    const result = await prove('shop', { level: 'restore', drill: given });
    const proofs = result.backups[0]?.tables.map((table) => ('proof' in table ? table.proof : '')) ?? [];
    expect(proofs.length).toBeGreaterThan(8);
    expect(new Set(proofs)).toEqual(new Set(['exact']));
    expect(await scratchDatabases()).toBe('');
  });

  it('proves it on a throw-away server with another time zone, and leaves nothing of it', async () => {
    await makeBackup(postgres, SHOP, place);
    // the longest folder for temporary files in which the address of a socket does not fit
    const system = await ownTemporaryFolder();
    const tempDir = await mkdtemp(join(system, 'x'.repeat(67 - system.length)));
    await chmod(tempDir, 0o755);
    const asked = { name: 'shop', target: { latest: true }, level: 'restore' } as const;
    const services = { repository: place.repository, server: serverOf(postgres, 'postgres') };
    const { backups } = await verify(asked, services, { ...place.context(), tempDir });
    expect(backups).toMatchObject([{ ok: true, verdict: 'exact' }]);
    expect((await readdir(place.directory)).sort()).toEqual(['repository']);
    expect(await readdir(tempDir)).toEqual([]);
    await rm(tempDir, { recursive: true });
    expect(await readdir(system)).toEqual([]);
  });

  it('is cancelled in the middle of a drill within 5 seconds and leaves nothing of the server', async () => {
    await makeBackup(postgres, SHOP, place);
    const system = await ownTemporaryFolder();
    const stop = new AbortController();
    const context = place.context(stop.signal);
    let abortedAt = 0;
    const emit = (event: Event) => {
      context.emit(event);
      if (event.type !== 'phase' || event.phase !== 'data') return;
      abortedAt = performance.now();
      stop.abort(new BackuperError('cancelled', 'cancelled'));
    };
    const asked = { name: 'shop', target: { latest: true }, level: 'restore' } as const;
    const services = { repository: place.repository, server: serverOf(postgres, 'postgres') };
    await expect(verify(asked, services, { ...context, emit })).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - abortedAt).toBeLessThan(5000);
    expect(context.events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(await readdir(system)).toEqual([]);
  });

  it('drills a template that takes no connections, and drops the scratch database', async () => {
    await postgres.createDatabase('pattern', 'TEMPLATE template0 IS_TEMPLATE true CONNECTION LIMIT 0');
    await postgres.psql('CREATE TABLE t AS SELECT 1 AS i', 'pattern');
    await makeBackup(postgres, { dbname: 'pattern' }, place);
    const result = await prove('pattern', { level: 'restore', drill: given });
    expect(result.backups[0]?.tables).toMatchObject([{ table: 't', proof: 'exact' }]);
    expect(await scratchDatabases()).toBe('');
  });

  it('is exact for a million rows of 0 to 300 bytes', async () => {
    await postgres.createDatabase('million');
    const sql =
      "CREATE TABLE t AS SELECT i, repeat('x', (i::bigint * 7919 % 301)::int) AS v FROM generate_series(1, 1000000) i";
    await postgres.psql(sql, 'million');
    await makeBackup(postgres, { dbname: 'million' }, place);
    const result = await prove('million', { level: 'restore', drill: given });
    expect(result.backups[0]?.tables).toMatchObject([{ table: 't', rows: 1_000_000, proof: 'exact' }]);
  });

  describe('of a damaged backup', () => {
    let label: string;
    let folder: string;
    let segments: string[];
    beforeAll(() => postgres.psql('CREATE TABLE IF NOT EXISTS public.more (i int)', 'shop'));
    const fresh = async () => {
      label = await makeBackup(postgres, SHOP, place);
      folder = folderOf('shop', label);
      segments = (await readdir(folder)).filter((name) => name.startsWith('segment-')).sort();
      expect(segments.length).toBeGreaterThan(2);
    };
    const target = () => ({ label });

    it('names every damaged object, and the tables in it', async () => {
      await fresh();
      const [first = '', second = '', third = ''] = segments;
      const bytes = await readFile(join(folder, first));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await writeFile(join(folder, first), bytes);
      await truncate(join(folder, second), 1000);
      await rm(join(folder, third));
      const { result } = await failure(prove('shop', { target: target() }));
      const objects = result.backups[0]?.damage.map(({ object }) => object?.split('/').at(-1));
      expect(objects?.sort()).toEqual([first, second, third]);
      expect(result.backups[0]?.damage.find(({ object }) => object?.endsWith(first))?.text).toMatch(/data of '/);
      expect((await recordsOf('shop', label)).some((key) => key.endsWith('verify-content-failed.json'))).toBe(true);
    });

    it('finds missing and short objects from the listing alone', async () => {
      await fresh();
      const [first = '', second = ''] = segments;
      await truncate(join(folder, first), 1000);
      await rm(join(folder, second));
      const { result } = await failure(prove('shop', { target: target(), level: 'stored' }));
      expect(result.backups[0]?.damage.length).toBe(2);
    });

    it('finds segments that changed places', async () => {
      await fresh();
      const [first = '', second = ''] = segments.map((name) => join(folder, name));
      await rename(first, `${first}.x`);
      await rename(second, first);
      await rename(`${first}.x`, second);
      const { result } = await failure(prove('shop', { target: target() }));
      expect(result.backups[0]?.damage.length).toBe(2);
    });

    it('still looks at every other object when the catalog is damaged', async () => {
      await fresh();
      await truncate(join(folder, 'catalog.json.zst'), 10);
      await truncate(join(folder, segments[1] ?? ''), 10);
      const { result } = await failure(prove('shop', { target: target() }));
      const texts = result.backups[0]?.damage.map(({ text }) => text).join('\n') ?? '';
      expect(texts).toContain('catalog.json.zst');
      expect(texts).toContain(segments[1]);
      expect(result.backups[0]?.damage.length).toBe(2);
    });

    it('goes on with the others at --all', async () => {
      await fresh();
      await rm(join(folder, segments[0] ?? ''));
      const { result } = await failure(prove('shop', { target: { all: true }, level: 'stored' }));
      expect(result.backups.length).toBeGreaterThan(3);
      expect(result.backups.some(({ ok }) => ok)).toBe(true);
    });

    it('names a missing object that a drill does not need', async () => {
      await fresh();
      const { storage: real } = place.repository;
      const hidden = `${label}/${segments.at(-1)}`;
      const storage = {
        ...real,
        list: async function* (...asked: Parameters<typeof real.list>) {
          for await (const object of real.list(...asked)) if (!object.key.endsWith(hidden)) yield object;
        },
      };
      const asked = { name: 'shop', target: target(), level: 'restore', drill: given } as const;
      const services = { repository: { ...place.repository, storage }, server: serverOf(postgres, 'postgres') };
      const { result } = await failure(verify(asked, services, place.context()));
      expect(result.backups[0]?.damage.map(({ object }) => object)).toEqual([expect.stringContaining(hidden)]);
    });

    it('drills it in vain and leaves no scratch database', async () => {
      await fresh();
      await rm(join(folder, segments[1] ?? ''));
      const { result } = await failure(prove('shop', { target: target(), level: 'restore', drill: given }));
      expect(result.backups[0]?.damage[0]?.text).toContain(segments[1]);
      expect(await scratchDatabases()).toBe('');
    });
  });
});
