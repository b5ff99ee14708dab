import { access } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { BackuperError, isBackuperError } from '../errors.ts';
import { runProgram } from '../process.ts';
import { say } from '../wording.ts';
import type { Manager } from './managers.ts';
import { findManager, type ManagerEnvironment, readSystem, rootPrefix } from './system.ts';

const ELSEWHERE = 'https://www.postgresql.org/download/linux/';

interface Installer {
  readonly manager: Manager;
  /** Runs a command of the manager's, as root where that is needed. Errors: program-failed, program-missing. */
  run(command: readonly string[]): Promise<string>;
  /** The manager's own words about the last thing that it could not fetch. */
  fetchFailure(): string | undefined;
}

/**
 * Installs the client programs of a major from the system's packages; where they are not among them, from
 * PostgreSQL's own package repository, which is added.
 * Errors: program-missing, with the command to run by hand where we may not run it.
 */
export async function installClient(major: number, env: ManagerEnvironment, context: Context): Promise<void> {
  const installer = await createInstaller(major, env, context);
  const { manager } = installer;
  const name = manager.packageName(major);
  if (!(await makeKnown(installer, name, context))) throw unknownPackage(manager, major);
  context.emit({ type: 'phase', phase: 'install', text: `installing ${name} with ${manager.program}` });
  try {
    await installer.run(manager.install(name));
  } catch (error) {
    throw failed(error, `${name} could not be installed`, `run '${manager.install(name).join(' ')}' to see why`);
  }
}

async function createInstaller(major: number, env: ManagerEnvironment, context: Context): Promise<Installer> {
  const manager = await findManager(env);
  if (manager === undefined) {
    throw new BackuperError(
      'program-missing',
      'no package manager that we know was found (apt-get, dnf, yum, apk, brew)',
      {
        hint: `install PostgreSQL ${major}’s client programs as ${ELSEWHERE} says, or name their folder with ${say.option('pgBinDir')}`,
      },
    );
  }
  const prefix = manager.needsRoot ? await rootPrefix(env, context) : [];
  if (prefix === undefined) {
    throw new BackuperError('program-missing', `PostgreSQL ${major}’s client programs can be installed only by root`, {
      hint: `run as root: ${manager.install(manager.packageName(major)).join(' ')}`,
    });
  }
  let fetchFailure: string | undefined;
  const run = async (command: readonly string[]): Promise<string> => {
    const [file = '', ...args] = [...prefix, ...command];
    const onStderrLine = (text: string): void => {
      if (text.includes('Failed to fetch')) fetchFailure = text.trim();
      context.emit({ type: 'detail', text });
    };
    return (await runProgram({ file, args, env, onStderrLine }, context)).toString();
  };
  return { manager, run, fetchFailure: () => fetchFailure };
}

/** Whether the package can be installed, after fresh lists and PostgreSQL's own repository where they are needed. */
async function makeKnown(installer: Installer, name: string, context: Context): Promise<boolean> {
  const { manager, run } = installer;
  if (await isKnown(installer, name)) return true;
  if (manager.refresh !== undefined) {
    context.emit({ type: 'phase', phase: 'install', text: 'fetching the lists of packages' });
    await run(manager.refresh).catch((error: unknown) => {
      throw failed(
        error,
        'the lists of packages could not be fetched',
        `run '${manager.refresh?.join(' ')}' to see why`,
      );
    });
    if (await isKnown(installer, name)) return true;
  }
  return addRepository(installer, name, context);
}

/** Adds PostgreSQL's own package repository; one that does not help is removed again. */
async function addRepository(installer: Installer, name: string, context: Context): Promise<boolean> {
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

function failed(error: unknown, what: string, hint: string): unknown {
  if (!isBackuperError(error, 'program-failed', 'program-missing')) return error;
  return new BackuperError('program-missing', `${what}: ${error.message}`, { hint, cause: error });
}
