import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './run.ts';

/** The last version that upstream published; there are no binaries of it. */
const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';

/** MinIO's server: MINIO_BIN, PATH, Go's folder, the cache; else built from source by `go` (some minutes, once). */
export async function minioProgram(): Promise<string> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  const candidates = [process.env.MINIO_BIN, ...folders.map((folder) => join(folder, 'minio'))];
  for (const file of [...candidates, join(homedir(), 'go/bin/minio')]) {
    if (file && (await isProgram(file))) return file;
  }
  return join(await cached('minio', VERSION, build), 'minio');
}

async function build(dir: string): Promise<void> {
  const env = { ...process.env, GOBIN: dir };
  await run('go', ['install', `github.com/minio/minio@${VERSION}`], { env });
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
