import { BackuperError, isBackuperError, runProgram, say } from '@postgres-backuper/base';
import type { Manager } from './managers.ts';
import { findManager, type ManagerEnvironment, rootPrefix, type SetupContext } from './system.ts';

export const ELSEWHERE = 'https://www.postgresql.org/download/linux/';

/** A package manager that may install. */
export interface Installer {
  readonly manager: Manager;
  /** Runs a command of the manager, as root if needed. Errors: program-failed, program-missing. */
  run(command: readonly string[]): Promise<string>;
  /** Fetches the lists of packages, once; false where that is no step of its own. Errors: program-missing. */
  refresh(): Promise<boolean>;
  /** The manager's own words about the last thing that it could not fetch. */
  fetchFailure(): string | undefined;
}

/** `major`: for the message when nothing can be installed here. Errors: program-missing. */
export async function createInstaller(
  major: number,
  env: ManagerEnvironment,
  context: SetupContext,
): Promise<Installer> {
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
  const { run: start = runProgram } = context;
  let fetchFailure: string | undefined;
  const run = async (command: readonly string[]): Promise<string> => {
    const [file = '', ...args] = [...prefix, ...command];
    const onStderrLine = (text: string): void => {
      if (text.includes('Failed to fetch')) fetchFailure = text.trim();
      context.emit({ type: 'detail', text });
    };
    return (await start({ file, args, env, onStderrLine }, context)).toString();
  };
  return { manager, run, refresh: createRefresh(manager, run, context), fetchFailure: () => fetchFailure };
}

function createRefresh(manager: Manager, run: Installer['run'], context: SetupContext): Installer['refresh'] {
  let isFresh = manager.refresh === undefined;
  return async () => {
    if (isFresh || manager.refresh === undefined) return false;
    context.emit({ type: 'phase', phase: 'install', text: 'fetching the lists of packages' });
    const by = manager.refresh;
    await run(by).catch((error: unknown) => {
      throw failed(error, 'the lists of packages could not be fetched', `run '${by.join(' ')}' to see why`);
    });
    isFresh = true;
    return true;
  };
}

/** Adds to the error of a package manager what failed; other errors are returned unchanged. */
export function failed(error: unknown, what: string, hint: string): unknown {
  if (!isBackuperError(error, 'program-failed', 'program-missing')) return error;
  return new BackuperError('program-missing', `${what}: ${error.message}`, { hint, cause: error });
}
