import { access } from 'node:fs/promises';
import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import { KNOWN_MAJORS } from '@postgres-backuper/postgres';
import { createInstaller, ELSEWHERE, failed, type Installer } from './installer.ts';
import type { Manager } from './managers.ts';
import { type ManagerEnvironment, readSystem, type SetupContext } from './system.ts';

/**
 * Installs the client programs of a major version from the system's packages; if they lack it, adds PostgreSQL's own
 * package repository.
 * Errors: program-missing, with the command to run by hand where we may not run it.
 */
export async function installClient(major: number, env: ManagerEnvironment, context: SetupContext): Promise<void> {
  const installer = await createInstaller(major, env, context);
  const { manager } = installer;
  const name = manager.packageName(major);
  if (!(await makeKnown(installer, name, context))) throw unknownPackage(manager, major);
  await install(installer, name, context);
}

/**
 * Installs the newest client programs of the system's own packages, to ask a server for its version. Returns false, and
 * installs nothing, where they have none that we know. Errors: as installClient.
 */
export async function installAnyClient(env: ManagerEnvironment, context: SetupContext): Promise<boolean> {
  const installer = await createInstaller(KNOWN_MAJORS[0], env, context);
  const known =
    (await newestKnown(installer)) ?? ((await installer.refresh()) ? await newestKnown(installer) : undefined);
  if (known === undefined) return false;
  await install(installer, known, context);
  return true;
}

async function newestKnown(installer: Installer): Promise<string | undefined> {
  for (const major of KNOWN_MAJORS) {
    const name = installer.manager.packageName(major);
    if (await isKnown(installer, name)) return name;
  }
  return undefined;
}

/** On failure again with fresh package lists: old ones name files that package servers no longer have. */
async function install({ manager, run, refresh }: Installer, name: string, context: SetupContext): Promise<void> {
  context.emit({ type: 'phase', phase: 'install', text: `installing ${name} with ${manager.program}` });
  const attempt = (): Promise<string> => run(manager.install(name));
  try {
    await attempt().catch(async (error: unknown) => {
      if (!isBackuperError(error, 'program-failed') || !(await refresh().catch(() => false))) throw error;
      await attempt();
    });
  } catch (error) {
    throw failed(error, `${name} could not be installed`, `run '${manager.install(name).join(' ')}' to see why`);
  }
}

/** Whether the package can be installed, after fresh lists and PostgreSQL's own repository where they are needed. */
async function makeKnown(installer: Installer, name: string, context: SetupContext): Promise<boolean> {
  if (await isKnown(installer, name)) return true;
  if ((await installer.refresh()) && (await isKnown(installer, name))) return true;
  return addRepository(installer, name, context);
}

/** Adds PostgreSQL's own package repository; one that does not help is removed again. */
async function addRepository(installer: Installer, name: string, context: SetupContext): Promise<boolean> {
  const added = installer.manager.repository(await readSystem());
  if (added === undefined) return false;
  context.emit({ type: 'phase', phase: 'install', text: 'adding PostgreSQL’s own package repository' });
  const files = await missingOf(added.files);
  let isUseful = false;
  try {
    for (const step of added.steps) await installer.run(step);
    isUseful = await isKnown(installer, name);
    return isUseful;
  } catch (error) {
    throw failed(
      fetchError(installer) ?? error,
      `${name} is not among this system’s packages, and PostgreSQL’s own package repository could not be added`,
      `add it as ${ELSEWHERE} says, or use an image that has ${name}`,
    );
  } finally {
    if (!isUseful && files.length > 0) await installer.run(['rm', '-f', ...files]).catch(() => undefined);
  }
}

function fetchError({ fetchFailure }: Installer): BackuperError | undefined {
  const said = fetchFailure();
  return said === undefined ? undefined : new BackuperError('program-failed', said);
}

async function missingOf(files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.allSettled(files.map((file) => access(file)));
  return files.filter((_, index) => found[index]?.status === 'rejected');
}

async function isKnown({ manager, run }: Installer, name: string): Promise<boolean> {
  try {
    return (await run(manager.knows(name))).trim() !== '';
  } catch (error) {
    if (isBackuperError(error, 'program-failed', 'program-missing')) return false;
    throw error;
  }
}

function unknownPackage(manager: Manager, major: number): BackuperError {
  return new BackuperError(
    'program-missing',
    `${manager.packageName(major)} is not among the packages that ${manager.program} knows`,
    {
      hint: `install PostgreSQL ${major}’s client programs as ${ELSEWHERE} says, or name their folder with ${say.option('pgBinDir')}`,
    },
  );
}
