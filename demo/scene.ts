import { formatDuration } from '@postgres-backuper/base';
import { paint } from '@postgres-backuper/hosts';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import type { Terminal } from '../packages/cli/src/terminal.ts';
import { comparisonText, readContents } from './compare.ts';
import { type DemoRepository, openDemoRepository } from './repository.ts';
import { createStage, type Stage } from './stage.ts';

export interface DemoRequest {
  readonly onS3: boolean;
  /** About the size of the sample database. */
  readonly megabytes: number;
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

/** What each story is told with. */
export interface Scene {
  readonly stage: Stage;
  readonly postgres: Postgres;
  readonly repository: DemoRepository;
  /** Of each command. */
  readonly environment: Readonly<Record<string, string>>;
  readonly colours: boolean;
}

/** Tells a story on a throw-away server, which is stopped at the end. `last`: what stays. */
export async function onScene<Told extends object>(
  { onS3 }: DemoRequest,
  { terminal, folder, signal }: DemoPlace,
  { tell, last }: { readonly tell: (scene: Scene) => Promise<Told>; readonly last: string },
): Promise<Told & { readonly durationMs: number }> {
  const stage = createStage(terminal, signal);
  stage.say(`setting up: PostgreSQL${onS3 ? ' and MinIO' : ''} (fetched once)`);
  const postgres = await startPostgres({ major: 18, onDisk: true });
  const repository = await openDemoRepository(folder, onS3);
  const begun = performance.now();
  try {
    const environment = { ...demoEnvironment(postgres, folder), ...repository.environment };
    const colours = terminal.colours.error;
    const told = await tell({ stage, postgres, repository, environment, colours });
    const durationMs = performance.now() - begun;
    const sign = paint(colours, 'green', '✓');
    stage.say(`\n${sign} all of it in ${formatDuration(durationMs)}; the servers are stopped${last}`);
    return { ...told, durationMs: Math.round(durationMs) };
  } finally {
    await Promise.allSettled([postgres.stop(), repository.stop()]);
  }
}

/** Shows every table of 'shop' beside the restored one. Throws unless all are equal. */
export function compareWith(restored: string, { stage, postgres, colours }: Scene) {
  return stage.step('Every table on both sides', async () => {
    const original = await readContents(postgres.psql, 'shop');
    const compared = comparisonText(original, await readContents(postgres.psql, restored), colours);
    stage.say(compared.text.trimEnd());
    if (!compared.equal) throw new Error('the restored database differs');
    return { tables: original.length, equal: compared.equal };
  });
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
