import {
  type Context,
  type Program,
  type ProgramEnd,
  type ProgramRequest,
  startProgram,
} from '@postgres-backuper/base';
import { connectionEnvironment } from '../session/connection-environment.ts';
import type { Client } from '../session/server.ts';
import { dumpEnvironment } from './archive.ts';
import type { FifoFolder } from './fifo-folder.ts';

export interface StartRequest extends Pick<ProgramRequest, 'encoding' | 'onStderrLine'> {
  /** Arguments other than format and file. */
  readonly args: readonly string[];
  readonly folder: FifoFolder;
  /** A path of the folder's directory. */
  readonly directory: string;
}

export interface StartedDump {
  readonly program: Program;
  /** Resolves when the program has ended, with any status. Rejects after a cancel or if the pipes cannot be shown. */
  readonly ended: Promise<ProgramEnd>;
}

/** Starts `pg_dump --format=directory`, which writes its files into the named pipes of the folder. */
export async function startDump(
  client: Client,
  { args, folder, directory, ...options }: StartRequest,
  context: Context,
): Promise<StartedDump> {
  const program = await startProgram(
    {
      ...options,
      file: client.programs.pgDump,
      args: ['--format=directory', '--no-sync', `--file=${directory}`, ...args],
      env: await connectionEnvironment(client.server, { ...dumpEnvironment(client), ...folder.environment }),
      stdout: 'ignore',
    },
    context,
  );
  return { program, ended: showPipes(program, folder, context) };
}

async function showPipes(program: Program, folder: FifoFolder, { signal }: Context): Promise<ProgramEnd> {
  let isOver = false;
  let showFailure: unknown;
  const showing = folder
    .show(() => isOver)
    .catch((error: unknown) => {
      showFailure = error;
      program.stop();
    });
  const end = await program.ended;
  isOver = true;
  await showing;
  signal.throwIfAborted();
  if (showFailure !== undefined) throw showFailure;
  return end;
}
