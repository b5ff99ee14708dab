import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { contentsOf } from './contents-of.ts';
import { FEATURES, ROLES } from './features.ts';
import { absolute, type Manifest, succeed } from './make-feature.ts';

const VERSIONS = ['v1'];

/** Sets of backups that lie here, as `v1/key`. */
async function sets(): Promise<string[]> {
  const found = await Promise.all(
    VERSIONS.map(async (version) =>
      (await readdir(join(import.meta.dirname, version))).map((one) => `${version}/${one}`),
    ),
  );
  return found.flat();
}

describe('golden backups', async () => {
  let server: Postgres;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres({ major: 18, ownIdentity: true });
    for (const role of ROLES) await server.createRole(role);
    folder = await mkdtemp(join(tmpdir(), 'golden-'));
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('show every feature', async () => {
    expect(await sets()).toEqual(expect.arrayContaining(FEATURES.map(({ name }) => `v1/${name}`)));
  });

  test.each(await sets())(
    'of %s come back as they were, by every key, and the second reader opens them',
    async (set) => {
      const place = join(folder, set);
      await cp(join(import.meta.dirname, set), place, { recursive: true }); // a verification is recorded beside a backup
      const manifest = JSON.parse(await readFile(join(place, 'manifest.json'), 'utf8')) as Manifest;
      const signer = manifest.signer === null ? {} : { BACKUP_SIGNER_KEY: join(place, manifest.signer) };
      const repository = join(place, 'repository');
      for (const [index, keys] of manifest.readers.entries()) {
        const env = {
          ...server.env,
          PG_BIN_DIR: server.binDir,
          BACKUP_REPOSITORY: repository,
          ...signer,
          ...absolute(place, keys),
        };
        const reader = await beginSecondReader(manifest, place, index);
        for (const { name, label, contents } of manifest.backups) {
          const proven = await reader.read('verify', repository, name, label, ...reader.signed);
          expect(proven.status, proven.stderr).toBe(0);
          await succeed(['verify', label, '--name', name, '--level', 'content'], env);
          if (index > 0) continue; // the same backup, which the first key brought back
          await succeed(['restore', label, '--name', name, '--into', 'golden'], env);
          expect(await contentsOf(server, 'golden', 'facts' in contents ? contents.facts : undefined)).toEqual(
            contents,
          );
          await server.psql('DROP DATABASE golden');
        }
        await reader.end();
      }
    },
  );

  test('of v1/signed have the signed words of their signer', async () => {
    const place = join(folder, 'words');
    await cp(join(import.meta.dirname, 'v1/signed'), place, { recursive: true });
    const { backups, signer } = JSON.parse(await readFile(join(place, 'manifest.json'), 'utf8')) as Manifest;
    const env = { BACKUP_REPOSITORY: join(place, 'repository'), BACKUP_SIGNER_KEY: join(place, signer ?? '') };
    const { repositories } = JSON.parse(await succeed(['list', '--json'], env)).result;
    expect(repositories[0].backups).toMatchObject([
      { label: backups[0]?.label, pinned: true, verification: { level: 'content', ok: true } },
    ]);
  });
});
