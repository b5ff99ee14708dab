import { access, constants, readFile } from 'node:fs/promises';
import { machine, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Context, type ProgramServices, runProgram } from '@postgres-backuper/base';
import { MANAGERS, type Manager, type System } from './managers.ts';

/** A command's context, and the services that run its programs. */
export type SetupContext = Context & ProgramServices;

/** What package managers get to see: never a variable of PostgreSQL, which may hold a password. */
export type ManagerEnvironment = Readonly<Record<string, string>>;

/** The first package manager on the PATH. */
export async function findManager(env: ManagerEnvironment): Promise<Manager | undefined> {
  for (const manager of MANAGERS) if (await isOnPath(manager.program, env)) return manager;
  return undefined;
}

/**
 * What comes before a command that needs root: nothing for root, sudo where it asks for no password; undefined where
 * neither is possible.
 */
export async function rootPrefix(
  env: ManagerEnvironment,
  services: ProgramServices,
  uid = userInfo().uid,
): Promise<readonly string[] | undefined> {
  if (uid === 0) return [];
  const kept = Object.entries(env).filter(([name]) => name !== 'PATH' && name !== 'HOME');
  const sudo = ['sudo', '-n', 'env', ...kept.map(([name, value]) => `${name}=${value}`)];
  const { run = runProgram } = services;
  const isAllowed = await run({ file: 'sudo', args: ['-n', 'true'], env }, services).then(
    () => true,
    () => false,
  );
  return isAllowed ? sudo : undefined;
}

export async function readSystem(): Promise<System> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { versionId: value('VERSION_ID'), isFedora: value('ID') === 'fedora', machine: machine() };
}

async function isOnPath(program: string, env: ManagerEnvironment): Promise<boolean> {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const found = folders.map((folder) => access(join(folder, program), constants.X_OK));
  return (await Promise.allSettled(found)).some(({ status }) => status === 'fulfilled');
}
