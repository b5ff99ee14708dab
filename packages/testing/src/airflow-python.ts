import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './run.ts';

const REQUIREMENTS = join(import.meta.dirname, 'airflow-requirements.txt');
const OF_CELERY = join(import.meta.dirname, 'airflow-celery-requirements.txt');

/**
 * A Python with Airflow and what its tests need (see airflow-requirements.txt), in a virtual environment of the cache.
 * Programs must be started as `python -m`: the environment was moved after it was made.
 */
export function airflowPython(): Promise<string> {
  return pythonWith([REQUIREMENTS]);
}

/** As airflowPython, with the CeleryExecutor and a driver for metadata in PostgreSQL. */
export function celeryPython(): Promise<string> {
  return pythonWith([REQUIREMENTS, OF_CELERY]);
}

async function pythonWith(files: readonly string[]): Promise<string> {
  const listed = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
  const [, version = ''] = /^apache-airflow==(.+)$/m.exec(listed) ?? [];
  const made = await run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  const key = createHash('sha256').update(listed).digest('hex').slice(0, 8);
  return join(
    await cached('airflow', `${version}-python${made.trim()}-${key}`, (dir) => install(dir, files)),
    'bin/python',
  );
}

async function install(dir: string, files: readonly string[]): Promise<void> {
  // without pip: Debian's python3 has none to give
  await run('python3', ['-m', 'venv', '--without-pip', dir]);
  const requirements = files.flatMap((file) => ['--requirement', file]);
  const asked = ['--disable-pip-version-check', '--quiet', '--no-deps', ...requirements];
  await run('python3', ['-m', 'pip', '--python', join(dir, 'bin/python'), 'install', ...asked]);
  await run(join(dir, 'bin/python'), ['-m', 'compileall', '-q', '-j', '2', join(dir, 'lib')]).catch(() => undefined);
}

/** For the list of parts: e.g. `3.3.2`. */
export async function airflowVersion(): Promise<string> {
  return (
    await run(await airflowPython(), ['-c', 'from importlib.metadata import version; print(version("apache-airflow"))'])
  ).trim();
}
