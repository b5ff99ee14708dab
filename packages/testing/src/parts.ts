import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { actProgram } from './act-program.ts';
import { actionlintProgram } from './actionlint-program.ts';
import { airflowVersion } from './airflow-python.ts';
import { MOUNT_NAMESPACES, mountNamespace } from './bare-machine.ts';
import { minioProgram } from './minio-program.ts';
import { postgresBinaries, testMajors } from './postgres-binaries.ts';
import { seaweedfsProgram } from './seaweedfs.ts';
import { zizmorProgram } from './zizmor-program.ts';

/** A real part that tests need and that a machine may lack. */
export interface Part {
  readonly name: string;
  /** Finds or fetches it and returns what it is; throws with the reason when it is not available. */
  provide(): Promise<string>;
}

/** Names the parts that a test run lacks, separated by commas; set by `pnpm test`. */
const MISSING = 'PGBACKUPER_MISSING';

/** All parts that the tests use, in the order in which they are provided. */
export function parts(): readonly Part[] {
  const names = ['gpg', 'sq', 'zstd', 'tar', 'jq', 'pgbouncer', 'rsync', 'chromium'];
  const programs = [...names, 'prometheus', 'promtool', 'prometheus-pushgateway'].map((name) => ({
    name,
    provide: () => findProgram(name),
  }));
  const servers = testMajors().map((major) => ({
    name: `PostgreSQL ${major}`,
    provide: async () => (await postgresBinaries(major)).version,
  }));
  const storages = [
    { name: 'SeaweedFS', provide: seaweedfsProgram },
    { name: 'MinIO', provide: minioProgram },
  ];
  const hosts = [
    { name: 'actionlint', provide: actionlintProgram },
    { name: 'zizmor', provide: zizmorProgram },
    { name: 'act', provide: actProgram },
    { name: 'Airflow', provide: airflowVersion },
    { name: MOUNT_NAMESPACES, provide: mountNamespace },
  ];
  return [...programs, ...servers, ...storages, ...hosts];
}

/** Path of a system program. */
export async function findProgram(name: string): Promise<string> {
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']) {
    const file = join(folder || '/', name);
    if (await isProgram(file)) return file;
  }
  throw new Error(`no program ${name}: run scripts/system-packages`);
}

/** For `test.skipIf`: whether the test run lacks a part. Never true when all parts are required. */
export function isMissing(part: string): boolean {
  return process.env.REQUIRE_SERVICES !== 'all' && (process.env[MISSING] ?? '').split(',').includes(part);
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
