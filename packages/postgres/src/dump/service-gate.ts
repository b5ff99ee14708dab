import { closeSync, constants, openSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';

const SERVICE = 'postgres-backuper';
/** A service without settings: those of the environment apply. */
const SERVICE_TEXT = `[${SERVICE}]\n`;
/** Pause between two checks whether the program waits, milliseconds. */
const LOOK_MS = 5;

/** Makes a client program wait when it connects for the first time. */
export interface ServiceGate {
  /** The path of the pipe, which the caller makes. */
  readonly pipe: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the program waits, to a function that lets all its sessions pass; undefined if it has ended. */
  reached(isOver: () => boolean): Promise<(() => void) | undefined>;
}

type GateContext = Pick<Context, 'clock' | 'signal'>;

/**
 * libpq reads its service file before each connection. At first the file is a named pipe without a writer, so that the
 * program waits at a known point however busy the machine is; then it is the service file of `env`, if any.
 */
export async function createServiceGate(
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
  { clock, signal }: GateContext,
): Promise<ServiceGate> {
  const [pipe, file] = [join(folder, 'service'), join(folder, 'service-file')];
  const { PGSERVICE: service = SERVICE, PGSERVICEFILE: given } = env;
  const text = given === undefined ? SERVICE_TEXT : await readFile(given);
  await (given === undefined ? writeFile(file, SERVICE_TEXT, { mode: 0o600 }) : symlink(given, file)); // it may hold a secret
  const reached: ServiceGate['reached'] = async (isOver) => {
    for (; !isOver(); await clock.sleep(LOOK_MS, { signal })) {
      const fd = openForReader(pipe);
      if (fd === undefined) continue;
      return () => {
        renameSync(file, pipe);
        writeFileSync(fd, text);
        closeSync(fd);
      };
    }
    return undefined;
  };
  return { pipe, environment: { PGSERVICE: service, PGSERVICEFILE: pipe }, reached };
}

/** Opens a pipe for writing; undefined if it has no reader. */
function openForReader(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw error;
  }
}
