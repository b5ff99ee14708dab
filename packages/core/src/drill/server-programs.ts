import { access, constants, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { BackuperError, type Context, say } from '@postgres-backuper/base';
import { findPrograms, type Programs, type Server } from '@postgres-backuper/postgres';

/** The oldest installed version that has a server and is at least as new. Errors: program-missing. */
export async function serverPrograms(
  { env, major }: { readonly env: Server; readonly major: number },
  context: Context,
): Promise<Programs> {
  const fitting = (await findPrograms(env, context)).usable.filter((programs) => programs.major >= major);
  for (const programs of fitting) {
    const files = ['initdb', 'postgres'].map((name) => access(join(programs.binDir, name), constants.X_OK));
    if ((await Promise.allSettled(files)).every((file) => file.status === 'fulfilled')) return programs;
  }
  throw new BackuperError('program-missing', `no PostgreSQL server ${major} or newer is installed here`, {
    hint: `install the package postgresql-${major}, or give a server for a drill with ${say.option('host')}`,
  });
}

/** Undefined: we are not root, so the server runs as our own user. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** Errors: check-failed. */
export async function ordinaryUser(): Promise<Owner> {
  if (userInfo().uid !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((user) => lines.find(([first]) => first === user)).find((line) => line);
  if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  throw new BackuperError('check-failed', 'a throw-away server cannot run as root, and there is no other user', {
    hint: `run it as an ordinary user, or give a server for a drill with ${say.option('host')}`,
  });
}
