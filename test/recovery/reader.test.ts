import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FEATURES } from '../golden/features.ts';
import { absolute, type Manifest, makeFeature, succeed } from '../golden/make-feature.ts';
import { beginSecondReader, type SecondReader } from './second-reader.ts';

let server: Postgres;
let folder: string;
const made = new Map<
  string,
  { manifest: Manifest; reader: SecondReader; repository: string; env: Record<string, string> }
>();

beforeAll(async () => {
  server = await startPostgres({ major: testMajors().at(-1) ?? 18 });
  folder = await mkdtemp(join(tmpdir(), 'second-reader-'));
});
afterAll(async () => {
  await Promise.all([...made.values()].map(({ reader }) => reader.end()));
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A feature's backups, made when they are needed first. */
async function feature(name: string) {
  const known = made.get(name);
  if (known !== undefined) return known;
  const place = join(folder, name);
  const found = FEATURES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no feature '${name}'`);
  const manifest = await makeFeature(found, server, place);
  const repository = join(place, 'repository');
  const signer = manifest.signer === null ? {} : { BACKUP_SIGNER_KEY: join(place, manifest.signer) };
  const env = { ...absolute(place, manifest.readers[0] ?? {}), ...signer, BACKUP_REPOSITORY: repository };
  const one = { manifest, reader: await beginSecondReader(manifest, place), repository, env };
  made.set(name, one);
  return one;
}

/** Paths below a folder with their bytes. */
async function bytesOf(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (file: string) =>
    [file.slice(directory.length), (await readFile(file)).toString('latin1')] as const;
  return Object.fromEntries(await Promise.all(files.sort().map(read)));
}

test.each(FEATURES.map(({ name }) => name))(
  'reader.py lists, proves and exports the backups of "%s" as we do',
  async (name) => {
    const { manifest, reader, repository, env } = await feature(name);
    const listed = await reader.read('list', repository, ...reader.signed);
    expect(listed.status, listed.stderr).toBe(0);
    const commits = JSON.parse(listed.stdout) as { name: string; label: string; totals: object }[];
    const { repositories } = JSON.parse(await succeed(['list', '--json'], env)).result;
    const identity = (one: { name: string; label: string; totals: object }) => [one.name, one.label, one.totals];
    expect(commits.map(identity).sort()).toEqual(repositories[0].backups.map(identity).sort());
    for (const [index, { name: backup, label }] of manifest.backups.entries()) {
      const [theirs, ours] = [`${folder}/${name}-${index}-theirs`, `${folder}/${name}-${index}-ours`];
      for (const one of [theirs, ours]) await rm(one, { recursive: true, force: true }); // of a first try
      const exported = await reader.read('export', repository, backup, label, theirs, ...reader.signed);
      expect(exported.status, exported.stderr).toBe(0);
      await succeed(['export', label, ours, '--name', backup], env);
      expect(await bytesOf(theirs)).toEqual(await bytesOf(ours));
      expect(Object.keys(await bytesOf(theirs))).toContain('/dump/toc.dat');
    }
  },
);

test.each(['key', 'passphrase', 'none'])(
  'reader.py refuses each object of "%s" with a flipped bit, or without its end',
  async (name) => {
    const { manifest, reader, repository } = await feature(name);
    const [{ name: backup, label } = { name: '', label: '' }] = manifest.backups;
    for (const file of Object.keys(await bytesOf(repository))) {
      if (/^\/[^/]+\/log\//.test(file)) continue; // it is no part of a backup
      const bytes = await readFile(join(repository, file));
      const flipped = [0, bytes.length >> 1, bytes.length - 2].map((at) => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ 1;
        return copy;
      });
      const broken = `${folder}/${name}-broken`;
      await rm(broken, { recursive: true, force: true }); // of a first try
      for (const altered of [...flipped, bytes.subarray(0, -1)]) {
        await cp(repository, broken, { recursive: true });
        await writeFile(join(broken, file), altered);
        const end = await reader.read('export', broken, backup, label, `${broken}-export`);
        expect(end.status, file).toBe(1);
        expect(end.stderr).toMatch(/^\w+: .*\n?$/);
        expect(await readdir(folder)).not.toContain(`${name}-broken-export`);
        await rm(broken, { recursive: true });
      }
    }
  },
);

test('reader.py takes a signature of the signer that was asked for alone, and of this commit', async () => {
  const { manifest, reader, repository } = await feature('signed');
  const [{ name, label } = { name: '', label: '' }] = manifest.backups;
  const verify = async (place: string, signer: readonly string[]) =>
    (await reader.read('verify', place, name, label, ...signer)).status;
  expect(await verify(repository, reader.signed)).toBe(0);
  expect(await verify(repository, ['--signer', '0'.repeat(40)])).toBe(1);
  const copy = join(folder, 'signed-otherwise');
  await cp(repository, copy, { recursive: true });
  const signature = join(copy, name, 'backups', `${label}.json.sig`);
  const records = join(copy, name, 'records', label);
  const [record = ''] = await readdir(records);
  const { signature: other } = JSON.parse(await readFile(join(records, record), 'utf8'));
  expect(other).toContain('BEGIN PGP SIGNATURE');
  await writeFile(signature, other);
  expect(await verify(copy, reader.signed)).toBe(1);
  await rm(signature);
  expect(await verify(copy, reader.signed)).toBe(1);
  expect(await verify(copy, [])).toBe(0);
});
