import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchCase } from '../cases/case.ts';
import { folderSize } from '../meter/folder-size.ts';
import type { BenchServer } from '../stage/servers.ts';
import type { Stage } from '../stage/stage.ts';

export interface PlaceRequest {
  readonly stage: Stage;
  readonly server: BenchServer;
  /** Name of the group; its cases share WORK. */
  readonly group: string;
}

/** Where a case works; `out`, `temp` and the bucket are empty at the start of each run. */
export interface Place {
  readonly work: string;
  readonly out: string;
  readonly temp: string;
  readonly log: string;
  readonly notes: string;
  readonly bucket: string;
  readonly workBucket: string;
}

export function placeOf({ name }: BenchCase, { stage: { folder }, group }: PlaceRequest): Place {
  const work = join(folder, `${group}.work`);
  const of = (what: string): string => join(folder, `${name}.${what}`);
  const files = { out: of('out'), temp: of('temp'), log: of('log'), notes: of('notes') };
  return { work, ...files, bucket: `run-${name}`, workBucket: `work-${group}` };
}

export async function emptyPlace(place: Place, stage: Stage): Promise<void> {
  await mkdir(place.work, { recursive: true });
  for (const folder of [place.out, place.temp]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  }
  await rm(place.notes, { force: true });
  await rm(join(stage.minio.dataDir, place.bucket), { recursive: true, force: true });
  await stage.minio.createBucket(place.bucket);
}

/** The variables of its scripts: prelude.ts says what they mean. */
export function scriptEnv(benchCase: BenchCase, request: PlaceRequest): Record<string, string> {
  const place = placeOf(benchCase, request);
  const { env } = request.stage;
  const { server, target, dbname } = request.server;
  return {
    ...server.env,
    ...env,
    PATH: `${server.binDir}:${env.PATH}`,
    PGDATABASE: dbname,
    BENCH_DATABASE: dbname,
    PGDATA: server.dataDir,
    PGSOCKET: server.socketDir,
    TARGET_PORT: String(target?.port ?? server.port),
    BACKUP_PG_BIN_DIR: server.binDir,
    BENCH: join(import.meta.dirname, '..'),
    OUT: place.out,
    WORK: place.work,
    NOTES: place.notes,
    TMPDIR: place.temp,
    BUCKET: place.bucket,
    WORK_BUCKET: place.workBucket,
  };
}

/** Undefined where a case stores nothing. */
export function storedBytesOf({ stored }: BenchCase, place: Place, { minio }: Stage): number | undefined {
  if (stored === undefined) return undefined;
  return folderSize(stored === 'out' ? place.out : join(minio.dataDir, place.bucket));
}
