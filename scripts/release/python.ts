import { join } from 'node:path';
import { run } from '@postgres-backuper/testing';

/** Builds the wheel and the sdist of the Airflow package into `folder`. `work`: a folder for the program that builds. */
export async function buildPython(root: string, { folder, work }: { readonly folder: string; readonly work: string }) {
  const site = join(work, 'site-packages');
  const requirements = join(import.meta.dirname, 'build-requirements.txt');
  const asked = ['--disable-pip-version-check', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'];
  await run('python3', ['-m', 'pip', 'install', ...asked, '--target', site, '--requirement', requirements]);
  await run('python3', ['-m', 'hatchling', 'build', '--target', 'wheel', '--target', 'sdist', '--directory', folder], {
    cwd: join(root, 'airflow'),
    env: { ...process.env, PYTHONPATH: site },
  });
}
