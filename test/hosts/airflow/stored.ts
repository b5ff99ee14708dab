import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from './harness.ts';

/** The backups of a name in the bucket. */
export async function labels({ minio }: Stage, name: string): Promise<readonly string[]> {
  const folder = join(minio.dataDir, 'postgres-backup/backups/postgres', name, 'backups');
  return (await readdir(folder).catch(() => [])).map((file) => file.replace('.json', '')).sort();
}

/** Names of the objects of its backups. */
export async function dataOf({ minio }: Stage, name: string): Promise<readonly string[]> {
  const folder = join(minio.dataDir, 'postgres-backup/backups/postgres', name, 'data');
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  return [...new Set(paths.map((path) => path.split('/')[1] ?? ''))];
}
