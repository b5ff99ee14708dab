import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import {
  type Postgres,
  type S3Server,
  startMinio,
  startPostgres,
  startTeamCityBuild,
  type TeamCityBuild,
  type TeamCityBuildEnd,
} from '@postgres-backuper/testing';
import { packBundle } from '../../../packages/cli/src/teamcity/bundle-archive.ts';
import { META_RUNNER_PATH, metaRunnerFiles } from '../../../packages/cli/src/teamcity/generate.ts';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';

export const PASSPHRASE = 'sesame-of-the-key';

/** What the agent has of its own; `environment` also for parameters of the build configuration. */
interface OfAgent {
  readonly path?: string;
  readonly home?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Agent {
  readonly postgres: Postgres;
  readonly minio: S3Server;
  readonly folder: string;
  readonly xml: string;
  readonly secrets: readonly string[];
  /** Starts the step with these fields besides those that reach the servers; environment names without `env.`. */
  start(fields: Record<string, string>, more?: OfAgent): Promise<TeamCityBuild>;
  run(fields: Record<string, string>, more?: OfAgent): Promise<TeamCityBuildEnd>;
  remove(): Promise<void>;
}

/** The meta-runner made from the sources, an agent, PostgreSQL and MinIO. */
export async function createAgent(): Promise<Agent> {
  const folder = await mkdtemp(join(tmpdir(), 'teamcity-'));
  const [postgres, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  await minio.createBucket('backups');
  const keys = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  await buildBundle(join(import.meta.dirname, '../../..'), join(folder, 'dist'));
  const xml = metaRunnerFiles(await packBundle(join(folder, 'dist'), 'test'))[META_RUNNER_PATH] ?? '';
  const passwords = {
    'pg.password': postgres.password,
    's3.secret': minio.secretKey,
    'key.private': Buffer.from(keys.privateKey).toString('base64'),
    'key.passphrase': PASSPHRASE,
  };
  const fields = {
    ...{ BACKUP_HOST: postgres.host, BACKUP_PORT: String(postgres.port), BACKUP_USER: postgres.user },
    ...{ BACKUP_PASSWORD: '%pg.password%', BACKUP_PG_BIN_DIR: postgres.binDir, BACKUP_DBNAME: 'app' },
    ...{ BACKUP_REPOSITORY: 's3://backups/teamcity', BACKUP_S3_ENDPOINT: minio.endpoint, BACKUP_RETRY_FOR: '2s' },
    ...{ BACKUP_S3_ACCESS_KEY: minio.accessKey, BACKUP_S3_SECRET_KEY: '%s3.secret%' },
    ...{ BACKUP_PUBLIC_KEY: Buffer.from(keys.publicKey).toString('base64') },
  };
  const start: Agent['start'] = (own, { path, home, environment: more = {} } = {}) => {
    const all = Object.entries({ ...fields, ...own }).map(([name, value]) => [`env.${name}`, value]);
    const environment = { PATH: path ?? `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home ?? folder, ...more };
    return startTeamCityBuild({ xml, parameters: Object.fromEntries(all), passwords, environment, folder });
  };
  return {
    ...{ postgres, minio, folder, xml, secrets: Object.values(passwords), start },
    run: async (own, more) => (await start(own, more)).ended,
    remove: async () => {
      await Promise.allSettled([postgres.stop(), minio.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The fields of a command that reads backups. */
export const READER = { BACKUP_PRIVATE_KEY: '%key.private%', BACKUP_PRIVATE_KEY_PASSPHRASE: '%key.passphrase%' };

/** The single texts of a message, or its values. */
export function told(end: TeamCityBuildEnd, name: string): readonly Readonly<Record<string, string>>[] {
  return end.messages.filter((message) => message.name === name).map(({ values }) => values);
}

/** Figures by their keys, without the prefix. */
export function figures(end: TeamCityBuildEnd): Readonly<Record<string, number>> {
  const entries = told(end, 'buildStatisticValue');
  return Object.fromEntries(
    entries.map(({ key = '', value }) => [key.replace('postgresBackuper.', ''), Number(value)]),
  );
}
