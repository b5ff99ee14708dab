import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import type { Postgres } from '@postgres-backuper/testing';
import { runCli } from '../cli/run-cli.ts';
import { type Contents, contentsOf } from './contents-of.ts';
import { type Feature, ROLES } from './features.ts';

/** Of test keys and test backups alone. */
const PASSPHRASE = 'golden, and known to everybody';

/** What lies in `manifest.json` beside a repository. */
export interface Manifest {
  readonly feature: string;
  readonly madeBy: { readonly tool: string; readonly server: string };
  /** What each reader needs, one of them at a time: variables of the command line; values of files are relative. */
  readonly readers: readonly Readonly<Record<string, string>>[];
  /** File with the signer's public key, or null. */
  readonly signer: string | null;
  readonly backups: readonly { readonly name: string; readonly label: string; readonly contents: Contents }[];
}

/**
 * Makes databases, keys, backups and manifest of a feature in a new folder, with the command line. The databases stay.
 */
export async function makeFeature(feature: Feature, server: Postgres, folder: string): Promise<Manifest> {
  await mkdir(join(folder, 'keys'), { recursive: true });
  await makeDatabases(feature, server);
  const { writing, readers } = await makeKeys(feature, folder);
  const env = { ...server.env, ...writing, PG_BIN_DIR: server.binDir, BACKUP_REPOSITORY: join(folder, 'repository') };
  const names = feature.databases.flatMap(({ dbname }) => ['--dbname', dbname]);
  const made = await succeed(['backup', ...names, ...(feature.args ?? []), '--json'], env);
  const { backups } = JSON.parse(made).result as { backups: { name: string; label: string }[] };
  const signer = feature.signed === true ? 'keys/signer/public.asc' : null;
  if (signer !== null) await makeRecords(backups[0]?.name ?? '', { ...env, ...absolute(folder, readers[0] ?? {}) });
  const contents = await Promise.all(feature.databases.map(({ dbname, facts }) => contentsOf(server, dbname, facts)));
  const manifest: Manifest = {
    feature: feature.name,
    madeBy: { tool: 'postgres-backuper 0.1.0', server: await server.psql('SHOW server_version') },
    readers,
    signer,
    backups: backups.map(({ name, label }, index) => ({ name, label, contents: contents[index] as Contents })),
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function makeDatabases({ databases }: Feature, server: Postgres): Promise<void> {
  const create = (role: string) =>
    `IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF;`;
  await server.psql(`DO $$ BEGIN ${ROLES.map(create).join(' ')} END $$`);
  for (const { dbname, options, sql } of databases) {
    await server.createDatabase(dbname, options);
    await server.psql(sql, dbname);
  }
}

/** Variables of the backup job, and those that each reader needs. */
async function makeKeys(feature: Feature, folder: string) {
  const writing: Record<string, string> = { BACKUP_ENCRYPTION: feature.encryption === 'none' ? 'none' : 'openpgp' };
  const readers: Record<string, string>[] = [];
  if (feature.encryption === 'none') readers.push({ BACKUP_ENCRYPTION: 'none' });
  if (feature.encryption === 'passphrase') {
    writing.BACKUP_PASSPHRASE = PASSPHRASE;
    readers.push({ BACKUP_PASSPHRASE: PASSPHRASE });
  }
  if (feature.encryption === 'key') {
    const pairs = Array.from({ length: feature.recipients ?? 1 }, (_, index) => `keys/recipient-${index + 1}`);
    for (const pair of pairs) readers.push(await makePair(folder, pair));
    writing.BACKUP_PUBLIC_KEY = JSON.stringify(pairs.map((pair) => join(folder, pair, 'public.asc')));
  }
  if (feature.signed === true) {
    await makePair(folder, 'keys/signer');
    writing.BACKUP_SIGNING_KEY = join(folder, 'keys/signer/private.asc');
    writing.BACKUP_SIGNING_KEY_PASSPHRASE = PASSPHRASE;
    writing.BACKUP_SIGNER_KEY = join(folder, 'keys/signer/public.asc');
  }
  return { writing, readers };
}

async function makePair(folder: string, pair: string): Promise<Record<string, string>> {
  await mkdir(join(folder, pair), { recursive: true });
  const userId = `test key of postgres-backuper, ${pair}`;
  const { publicKey, privateKey } = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now(), userId });
  await writeFile(join(folder, pair, 'public.asc'), publicKey);
  await writeFile(join(folder, pair, 'private.asc'), privateKey);
  return { BACKUP_PRIVATE_KEY: `${pair}/private.asc`, BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE };
}

/** A pin and a verdict, both signed. */
async function makeRecords(name: string, env: Readonly<Record<string, string>>): Promise<void> {
  await succeed(['pin', 'latest', '--name', name], env);
  await succeed(['verify', 'latest', '--name', name, '--level', 'content'], env);
}

/** With the paths of files below the folder. */
export function absolute(folder: string, reader: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(reader);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value.startsWith('keys/') ? join(folder, value) : value]),
  );
}

/** Standard output of a command that must succeed. */
export async function succeed(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const end = await runCli(args, env);
  if (end.status === 0) return end.stdout;
  throw new Error(`${args.join(' ')} ended with ${end.status}: ${end.stderr}`);
}
