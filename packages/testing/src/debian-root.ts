import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './parts.ts';
import { MAJORS, type Major, postgresBinaries } from './postgres-binaries.ts';
import { run } from './run.ts';

/** Where the packages that stand in for PostgreSQL's own are in the root file system. */
const STAND_INS = '/srv/stand-ins';
const CLIENTS = ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pg_isready'];
const NEEDS = 'postgresql-client-common, libc6, libgssapi-krb5-2, liblz4-1, libreadline8, libssl3, libzstd1, zlib1g';

/**
 * Debian as `node:24-<suite>-slim` has it: made by debootstrap from the packages that this machine reaches, with its own
 * Node.js and the user `node`. The registries of images and apt.postgresql.org are not asked: packages named as
 * PostgreSQL's own, made from the programs that the tests use, stand in for those. Only root can do this.
 */
export async function makeNodeRoot(folder: string, suite: string): Promise<void> {
  const debootstrap = await findProgram('debootstrap');
  const contained = ['--mount', '--pid', '--fork', '--kill-child=SIGKILL'];
  await run('unshare', [...contained, debootstrap, '--variant=minbase', suite, folder, await mirror()]);
  await copyFile(process.execPath, join(folder, 'usr/local/bin/node'));
  for (const file of ['etc/resolv.conf', 'etc/hosts']) await copyFile(join('/', file), join(folder, file));
  await run('chroot', [folder, '/usr/sbin/useradd', '--create-home', '--shell=/bin/bash', '--uid=1000', 'node']);
  await makeStandIns(folder);
}

/** The Debian mirror that this machine's apt reads; Debian's own where it reads none of Debian's. */
async function mirror(): Promise<string> {
  const format = '$(REPO_URI) $(ORIGIN) $(COMPONENT)';
  const listed = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const found = listed.split('\n').map((line) => /^(\S+\/debian\/?) Debian main$/.exec(line)?.[1]);
  return found.find((one) => one !== undefined) ?? 'http://deb.debian.org/debian';
}

async function makeStandIns(folder: string): Promise<void> {
  const place = join(folder, STAND_INS);
  await mkdir(place, { recursive: true });
  const entries: string[] = [];
  for (const major of MAJORS) entries.push(await makePackage(place, major));
  await writeFile(join(place, 'Packages'), entries.join('\n'));
  await writeFile(join(folder, 'etc/apt/sources.list.d/stand-ins.list'), `deb [trusted=yes] file:${STAND_INS} ./\n`);
}

/** Makes a package in the folder and returns its entry in the list of packages. */
async function makePackage(place: string, major: Major): Promise<string> {
  const { binDir, version } = await postgresBinaries(major);
  const tree = join(place, 'tree');
  const home = join(tree, 'usr/lib/postgresql', String(major));
  for (const path of ['bin', 'lib']) await mkdir(join(home, path), { recursive: true });
  for (const name of CLIENTS) await copyFile(join(binDir, name), join(home, 'bin', name));
  await copyFile(join(binDir, '../lib/libpq.so.5'), join(home, 'lib/libpq.so.5'));
  const control = [
    `Package: postgresql-client-${major}`,
    `Version: ${version}-1.stand-in`,
    'Architecture: amd64',
    'Maintainer: tests <tests@example.com>',
    `Depends: ${NEEDS}`,
    `Description: client programs of PostgreSQL ${major}`,
  ].join('\n');
  await mkdir(join(tree, 'DEBIAN'));
  await writeFile(join(tree, 'DEBIAN/control'), `${control}\n`);
  const file = `postgresql-client-${major}.deb`;
  await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, join(place, file)]);
  await rm(tree, { recursive: true });
  const { length } = await readFile(join(place, file));
  const sum = (await run('sha256sum', [join(place, file)])).split(' ')[0];
  return `${control}\nFilename: ./${file}\nSize: ${length}\nSHA256: ${sum}\n`;
}
