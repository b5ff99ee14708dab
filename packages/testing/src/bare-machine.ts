import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Major, postgresBinaries } from './postgres-binaries.ts';
import { run } from './run.ts';

/** A machine without programs of PostgreSQL, with a package manager that can install some. */
export interface BareMachine {
  /** The first folder of PATH. */
  readonly path: string;
  /** Put before a command to run it on this machine: a mount namespace in which the programs are hidden. */
  readonly through: readonly string[];
  /** How the package manager was called: `update`, `install postgresql-client-18`. */
  calls(): Promise<readonly string[]>;
}

const PROGRAMS = ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore'];
const FOLDERS =
  '/bin /usr/bin /usr/local/bin /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /usr/local/pgsql*/bin';
const HIDE = `
for folder in ${FOLDERS}; do
  for program in ${PROGRAMS.join(' ')}; do
    [ ! -e "$folder/$program" ] || mount --bind /dev/null "$folder/$program"
  done
done
exec "$@"`;

/** For `isMissing`. */
export const MOUNT_NAMESPACES = 'mount namespaces';

/** The command that makes a mount namespace here; throws where none can be made. */
export async function mountNamespace(): Promise<string> {
  await run('unshare', [...namespaceOptions(), 'sh', '-c', 'mount --bind /dev/null /bin/sh']);
  return `unshare ${namespaceOptions().join(' ')}`;
}

function namespaceOptions(): readonly string[] {
  return process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];
}

/** `known`: packages in the lists at first; `after`: those after an update of the lists. */
export async function createBareMachine(
  folder: string,
  { known, after }: { readonly known: readonly Major[]; readonly after: readonly Major[] },
): Promise<BareMachine> {
  const manager = join(folder, 'manager');
  await mkdir(manager, { recursive: true });
  const places = after.map((major) => [major, join(folder, `installed-${major}`)] as const);
  for (const [major, place] of places) {
    await mkdir(place);
    await writeFile(join(folder, `bin-${major}`), (await postgresBinaries(major)).binDir);
  }
  await writeFile(join(folder, 'known'), known.join('\n'));
  await writeFile(join(folder, 'after'), after.join('\n'));
  await writeFile(join(folder, 'calls'), '');
  const script = async (name: string, body: string): Promise<void> => {
    await writeFile(join(manager, name), `#!/bin/sh\nset -eu\nfolder='${folder}'\n${body}\n`);
    await chmod(join(manager, name), 0o755);
  };
  await script('apt-cache', `for last; do :; done; grep -qx "\${last##*-}" "$folder/known" && echo known`);
  await script(
    'apt-get',
    `for last; do :; done
case "$*" in
  *install*) echo "install $last" >> "$folder/calls"; major=\${last##*-}; from=$(cat "$folder/bin-$major")
    for one in ${PROGRAMS.join(' ')}; do ln -s "$from/$one" "$folder/installed-$major/$one"; done ;;
  *) echo "$last" >> "$folder/calls"; cp "$folder/after" "$folder/known" ;;
esac`,
  );
  return {
    path: [manager, ...places.map(([, place]) => place)].join(':'),
    through: ['unshare', ...namespaceOptions(), 'sh', '-c', HIDE, 'sh'],
    calls: async () => (await readFile(join(folder, 'calls'), 'utf8')).split('\n').filter(Boolean),
  };
}
