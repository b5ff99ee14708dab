import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type RunEnd, tryRun } from '@postgres-backuper/testing';

const PAGE = join(import.meta.dirname, '../../docs/start.md');
export const PASSPHRASE = 'sesame-of-the-newcomer';
/** How long a section may take from its first command to the proof, seconds. */
export const PATIENCE_SECONDS = 180;

/** A person with an empty home who does what docs/start.md says. */
export interface Newcomer {
  readonly home: string;
  /** Where the sections begin: a project of their own. */
  readonly project: string;
  /** Runs the blocks of a section, or only one; throws with what they said where one fails. */
  follow(section: string, block?: number): Promise<RunEnd>;
  /** Seconds since the first command. */
  seconds(): number;
}

export interface Settled {
  readonly folder: string;
  /** Texts of the page, and what stands for them here. */
  readonly examples: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The program that the alias of the page means. */
  readonly program?: string;
}

/** What stands for the examples of the page: a server for S3, its keys, a repository, a database. */
export function examplesOf(
  minio: { readonly endpoint: string; readonly accessKey: string; readonly secretKey: string },
  repository: string,
  database = 'shop',
): Settled['examples'] {
  return {
    's3://backups/shop': repository,
    'https://minio.example.com': minio.endpoint,
    '--dbname shop': `--dbname '${database}'`,
    'MINIO_ACCESS_KEY=…': `MINIO_ACCESS_KEY=${minio.accessKey}`,
    'MINIO_SECRET_KEY=…': `MINIO_SECRET_KEY=${minio.secretKey}`,
  };
}

/** The home, and the project in it, are new. */
export async function settle({ folder, examples, env = {}, program = BACKUPER_PROGRAM }: Settled): Promise<Newcomer> {
  const home = await mkdtemp(join(folder, 'newcomer-'));
  const project = join(home, 'project');
  await mkdir(project);
  const begun = performance.now();
  const alias = `postgres-backuper() { "${process.execPath}" "${program}" "$@"; }\n`;
  const variables = { PATH: '/usr/bin:/bin', HOME: home, BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE, ...env };
  return {
    ...{ home, project },
    follow: async (section, block) => {
      const blocks = await blocksOf(section);
      const typed = block === undefined ? blocks.join('') : (blocks[block] ?? '');
      if (typed === '') throw new Error(`docs/start.md has no such commands below '${section}'`);
      const script = Object.entries(examples).reduce((text, [from, to]) => text.replaceAll(from, to), typed);
      const end = await tryRun('bash', ['-euc', `${alias}${script}`], { env: variables, cwd: project });
      if (end.status !== 0) throw new Error(`${script}ended with ${end.status}:\n${end.stdout}${end.stderr}`);
      return end;
    },
    seconds: () => (performance.now() - begun) / 1000,
  };
}

/** The commands of a section. */
export async function blocksOf(section: string): Promise<readonly string[]> {
  const page = await readFile(PAGE, 'utf8');
  const text = page.split(`\n## ${section}\n`)[1]?.split(/^## /m)[0] ?? '';
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

/** What `init` printed below "set once": a line for each setting. */
export function settingsIn(said: string): readonly string[] {
  const [, lines = ''] = /^set once:\n((?: {2}.*\n)+)/m.exec(said) ?? [];
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

/** What it printed below "then", without the numbers. */
export function stepsIn(said: string): readonly string[] {
  const [, lines = ''] = /^then:\n((?: {2}\d+\. .*\n)+)/m.exec(said) ?? [];
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *\d+\. /, ''));
}
