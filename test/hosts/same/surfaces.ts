import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { githubFiles } from '../../../packages/hosts/src/github/files.ts';
import { gitlabFiles } from '../../../packages/hosts/src/gitlab/files.ts';
import { pinsOf } from '../../../packages/hosts/src/gitlab/pins.ts';
import { packBundle } from '../../../packages/hosts/src/teamcity/bundle-archive.ts';
import { metaRunnerFiles } from '../../../packages/hosts/src/teamcity/files.ts';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';
import { createOperators, type Operators } from './operators.ts';

/** The files that users copy, made from the sources. */
export interface Surfaces {
  /** The bundle's folder. */
  readonly dist: string;
  /** Of the actions. */
  readonly actions: string;
  /** GitLab's components by their names. */
  readonly components: Readonly<Record<string, string>>;
  /** TeamCity's recipe with all commands. */
  readonly recipe: string;
  /** Airflow's. */
  readonly operators: Operators;
}

export async function createSurfaces(folder: string): Promise<Surfaces> {
  const dist = join(folder, 'dist');
  await buildBundle(join(import.meta.dirname, '../../..'), dist);
  for (const [path, text] of Object.entries(githubFiles())) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const components = Object.entries(gitlabFiles(await pinsOf(dist)));
  const recipes = Object.entries(metaRunnerFiles(await packBundle(dist, '0.0.0')));
  const [, recipe = ''] = recipes.find(([path]) => path.endsWith('/PostgresBackuper.xml')) ?? [];
  return {
    ...{ dist, actions: join(folder, 'actions'), recipe, operators: await createOperators(folder) },
    components: Object.fromEntries(components.map(([path, text]) => [basename(path, '.yml'), text])),
  };
}

/** The files of a folder by their names; none where there is no folder. */
export async function textsIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}

/** `keep-days` → `BACKUP_KEEP_DAYS` */
export function variable(option: string, prefix = 'BACKUP_'): string {
  return `${prefix}${option.replaceAll('-', '_').toUpperCase()}`;
}
