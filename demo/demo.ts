import { join } from 'node:path';
import { formatDuration } from '@postgres-backuper/base';
import { paint } from '@postgres-backuper/hosts';
import { createSampleDatabase, type Postgres, startPostgres } from '@postgres-backuper/testing';
import type { Terminal } from '../packages/cli/src/terminal.ts';
import { comparisonText, readContents } from './compare.ts';
import { type DemoRepository, openDemoRepository } from './repository.ts';
import { createStage, type Stage } from './stage.ts';

export interface DemoResult {
  readonly tables: number;
  readonly equal: boolean;
  readonly damagedObject: string;
  readonly durationMs: number;
}

export interface DemoPlace {
  readonly terminal: Terminal;
  /** Empty and private; holds keys, and the repository unless it is on S3. */
  readonly folder: string;
  /** The file of the page, which stays. */
  readonly page: string;
  /** Ends the demo before its next step. */
  readonly signal: AbortSignal;
}

interface Scene {
  readonly stage: Stage;
  readonly postgres: Postgres;
  readonly repository: DemoRepository;
  readonly environment: Readonly<Record<string, string>>;
  readonly colours: boolean;
}

/** The whole story on a throw-away server: fill, back up, prove, restore, compare, damage, find the damage. */
export async function demo(
  { onS3, megabytes }: { readonly onS3: boolean; readonly megabytes: number },
  { terminal, folder, page, signal }: DemoPlace,
): Promise<DemoResult> {
  const stage = createStage(terminal, signal);
  stage.say(`setting up: PostgreSQL${onS3 ? ' and MinIO' : ''} (fetched once)`);
  const postgres = await startPostgres({ major: 18, onDisk: true });
  const repository = await openDemoRepository(folder, onS3);
  const begun = performance.now();
  try {
    const environment = { ...demoEnvironment(postgres, folder), ...repository.environment };
    const scene = { stage, postgres, repository, environment, colours: terminal.colours.error };
    const told = await tell(scene, { megabytes, page, keys: join(folder, 'keys') });
    const durationMs = performance.now() - begun;
    stage.say(
      `\n${paint(scene.colours, 'green', '✓')} all of it in ${formatDuration(durationMs)}; the servers are stopped; what stays is a page to open: ${page}`,
    );
    return { ...told, durationMs: Math.round(durationMs) };
  } finally {
    await Promise.allSettled([postgres.stop(), repository.stop()]);
  }
}

async function tell(
  { stage, postgres, repository, environment, colours }: Scene,
  { megabytes, keys, page }: { megabytes: number; keys: string; page: string },
): Promise<Omit<DemoResult, 'durationMs'>> {
  await stage.step(`A throw-away PostgreSQL ${postgres.version} with a database 'shop' of about ${megabytes} MB`, () =>
    createSampleDatabase(postgres, { dbname: 'shop', megabytes }),
  );
  await stage.step('A key pair: the backup job gets the public half only', () =>
    stage.command(['keygen', '--output', keys], environment),
  );
  const writer = {
    ...environment,
    BACKUP_PRIVATE_KEY_PASSPHRASE: '',
    BACKUP_PUBLIC_KEY: join(keys, 'backup-public.asc'),
  };
  const reader = { ...environment, BACKUP_PRIVATE_KEY: join(keys, 'backup-private.asc') };
  await stage.step('An encrypted backup', () => stage.command(['backup'], writer));
  await stage.step('The proof: every stored object is read, decrypted and hashed', () =>
    stage.command(['verify', 'latest', '--level', 'content'], reader),
  );
  await stage.step('What is there', () => stage.command(['list'], writer));
  await stage.step('A restore into a new database', () =>
    stage.command(['restore', 'latest', '--into', 'shop_restored'], reader),
  );
  const comparison = await stage.step('Every table on both sides', async () => {
    const original = await readContents(postgres.psql, 'shop');
    const compared = comparisonText(original, await readContents(postgres.psql, 'shop_restored'), colours);
    stage.say(compared.text.trimEnd());
    if (!compared.equal) throw new Error('the restored database differs');
    return { tables: original.length, equal: compared.equal };
  });
  const damagedObject = await stage.step(
    'One byte of one stored object is flipped; verify must name the object',
    async () => {
      const key = await repository.flipByte();
      stage.say(`flipped one byte of ${key}`);
      const shown = await stage.command(['verify', 'latest', '--level', 'content'], reader, 3);
      if (!shown.includes(key.split('/').at(-1) ?? key)) throw new Error(`verify did not name ${key}`);
      return key;
    },
  );
  await stage.step('A page about all of it, also the damage', () =>
    stage.command(['report', '--output', page], reader),
  );
  return { ...comparison, damagedObject };
}

function demoEnvironment(postgres: Postgres, folder: string): Readonly<Record<string, string>> {
  return {
    PATH: postgres.env.PATH ?? '/usr/bin:/bin',
    HOME: folder,
    PG_HOST: postgres.host,
    PG_PORT: String(postgres.port),
    PG_USER: postgres.user,
    PG_PASSWORD: postgres.password,
    PG_DB: 'shop',
    PG_BIN_DIR: postgres.binDir,
    BACKUP_PRIVATE_KEY_PASSPHRASE: 'a passphrase for the demo only',
  };
}
