import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@postgres-backuper/testing';

interface PackRequest {
  /** Gets the archive. */
  readonly folder: string;
  /** Gets the tree that is packed. */
  readonly work: string;
  /** `owner/name` on GitHub, which npm compares with the identity of the job that publishes; undefined: none is named. */
  readonly repository: string | undefined;
}

/** Packs the command line as npm publishes it. Its manifest names no package that only the build needs. */
export async function packNpm(root: string, { folder, work, repository }: PackRequest): Promise<void> {
  const tree = join(work, 'package');
  await mkdir(tree);
  const { devDependencies, scripts, ...manifest } = JSON.parse(
    await readFile(join(root, 'packages/cli/package.json'), 'utf8'),
  );
  const url = repository && { repository: { type: 'git', url: `git+https://github.com/${repository}.git` } };
  await writeFile(join(tree, 'package.json'), `${JSON.stringify({ ...manifest, ...url }, null, 2)}\n`);
  await cp(join(root, 'dist'), join(tree, 'dist'), { recursive: true });
  for (const name of ['README.md', 'LICENSE']) await copyFile(join(root, name), join(tree, name));
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: tree });
}
