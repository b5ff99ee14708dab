import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import {
  type Postgres,
  parseRecipe,
  type S3Server,
  startMinio,
  startPostgres,
  startTeamCityBuild,
  type TeamCityBuild,
  type TeamCityBuildEnd,
} from '@postgres-backuper/testing';
import { packBundle } from '../../../packages/hosts/src/teamcity/bundle-archive.ts';
import { metaRunnerFiles } from '../../../packages/hosts/src/teamcity/files.ts';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';

export const PASSPHRASE = 'sesame-of-the-key';

export interface Agent {
  readonly postgres: Postgres;
  readonly minio: S3Server;
  readonly folder: string;
  /** The texts of the recipes by their file's name. */
  readonly recipes: Readonly<Record<string, string>>;
  /** In Base64. */
  readonly publicKey: string;
  readonly privateKey: string;
  readonly secrets: readonly string[];
  /**
   * Starts the step with these fields besides those that reach the servers. A name of an option without prefix, e.g.
   * `HOST`; with one, e.g. `POSTGRES_BACKUPER_COMMAND`, it is taken as it is.
   */
  start(fields: Record<string, string>, more?: Step): Promise<TeamCityBuild>;
  run(fields: Record<string, string>, more?: Step): Promise<TeamCityBuildEnd>;
  remove(): Promise<void>;
}

export interface Step {
  readonly path?: string;
  readonly home?: string;
  /** Parameters of the build configuration. */
  readonly build?: Readonly<Record<string, string>>;
  /** What the agent says of itself. */
  readonly agent?: Readonly<Record<string, string>>;
  /** The file's name; `PostgresBackuper.xml` unless it is said. */
  readonly recipe?: string;
  /** Only the fields that are given. */
  readonly isBare?: boolean;
}

/** The recipes made from the sources, an agent, PostgreSQL and MinIO. */
export async function createAgent(): Promise<Agent> {
  const folder = await mkdtemp(join(tmpdir(), 'teamcity-'));
  const [postgres, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  await minio.createBucket('backups');
  const keys = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  await buildBundle(join(import.meta.dirname, '../../..'), join(folder, 'dist'));
  const files = Object.entries(metaRunnerFiles(await packBundle(join(folder, 'dist'), '0.0.0')));
  const recipes = Object.fromEntries(files.map(([path, text]) => [basename(path), text]));
  const publicKey = Buffer.from(keys.publicKey).toString('base64');
  const privateKey = Buffer.from(keys.privateKey).toString('base64');
  const passwords = {
    'pg.password': postgres.password,
    's3.secret': minio.secretKey,
    'key.private': privateKey,
    'key.passphrase': PASSPHRASE,
  };
  const fields = {
    ...{ HOST: postgres.host, PORT: String(postgres.port), USER: postgres.user },
    ...{ PASSWORD: '%pg.password%', PG_BIN_DIR: postgres.binDir, DBNAME: 'app' },
    ...{ REPOSITORY: 's3://backups/teamcity', S3_ENDPOINT: minio.endpoint, RETRY_FOR: '2s' },
    ...{ S3_ACCESS_KEY: minio.accessKey, S3_SECRET_KEY: '%s3.secret%' },
    ...{ PUBLIC_KEY: publicKey },
  };
  const start: Agent['start'] = (own, { path, home, build = {}, agent = {}, recipe = MAIN, isBare = false } = {}) => {
    const text = recipes[recipe] ?? '';
    const form = parseRecipe(text).parameters.map(({ name }) => name);
    const given = Object.entries(isBare ? own : { ...fields, ...own });
    const entries = given.map(([name, value]) => [fieldName(name), value] as const);
    const parameters = Object.fromEntries(entries.filter(([name]) => form.includes(name) || !name.includes('_INPUT_')));
    // what a short form does not ask for stands in the build
    const others = entries.filter(([name]) => !(name in parameters));
    const ofBuild = Object.fromEntries(others.map(([name, value]) => [name.replace('_INPUT_', '_'), value]));
    const environment = { PATH: path ?? `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home ?? folder };
    const whole = { ...ofBuild, ...build };
    return startTeamCityBuild({ recipe: text, parameters, build: whole, agent, passwords, environment, folder });
  };
  return {
    ...{ postgres, minio, folder, recipes, publicKey, privateKey, secrets: Object.values(passwords), start },
    run: async (own, more) => (await start(own, more)).ended,
    remove: async () => {
      await Promise.allSettled([postgres.stop(), minio.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const MAIN = 'PostgresBackuper.xml';

function fieldName(name: string): string {
  if (name.startsWith('env.')) return name;
  return name.startsWith('POSTGRES_BACKUPER_') ? `env.${name}` : `env.BACKUP_INPUT_${name}`;
}

/** The fields of a command that reads backups. */
export const READER = { PRIVATE_KEY: '%key.private%', PRIVATE_KEY_PASSPHRASE: '%key.passphrase%' };

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
