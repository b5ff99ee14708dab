import { cp, mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ImageConfig, type Instruction, imageConfig, pairsOf, parseDockerfile } from './dockerfile.ts';
import { type RunEnd, tryRun } from './run.ts';

/** The PATH of an image that names none. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The first process of a process and a mount namespace of its own: whatever ends it, its processes end and its mounts
 * are gone. Nothing of this machine is mounted there.
 */
const CONTAINED = ['--mount', '--pid', '--ipc', '--fork', '--kill-child=SIGKILL'];
const ENTER =
  'mount -t proc proc "$1/proc" && root=$1 user=$2 && shift 2 && exec chroot --userspec="$user" "$root" "$@"';

/** A root file system that was made as a Dockerfile says, without Docker. */
export interface ImageRoot {
  readonly config: ImageConfig;
  /** Starts the entrypoint with these words as a container would, as the user of the image. */
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunEnd>;
  /** Runs a script of a shell as that user. */
  shell(script: string, env?: Readonly<Record<string, string>>): Promise<RunEnd>;
}

export interface ImageRequest {
  readonly dockerfile: string;
  /** What COPY copies from. */
  readonly context: string;
  /** The root file system of FROM, made by the caller; it is changed. */
  readonly folder: string;
}

/** Carries out RUN and COPY in that file system, as root. Throws with the output of a command that fails. */
export async function buildImageRoot({ dockerfile, context, folder }: ImageRequest): Promise<ImageRoot> {
  const instructions = parseDockerfile(dockerfile);
  const config = imageConfig(instructions);
  const args: Record<string, string> = {};
  for (const one of instructions) {
    if (one.name === 'ARG') Object.assign(args, pairsOf(one.text));
    if (one.name === 'COPY') await copy(one, context, folder);
    if (one.name === 'RUN') await runStep(one, folder, args);
  }
  const env = { PATH, HOME: '/home/node', ...config.env };
  const enter = { folder, user: config.user };
  return {
    config,
    start: (words, more) =>
      inRoot(enter, inFolder(config.workdir, [...config.entrypoint, ...words]), { ...env, ...more }),
    shell: (script, more) => inRoot(enter, inFolder(config.workdir, ['sh', '-c', script]), { ...env, ...more }),
  };
}

/** `COPY dist LICENSE /opt/`: files into the folder, and what is in folders. */
async function copy({ text }: Instruction, context: string, folder: string): Promise<void> {
  const words = text.split(/\s+/);
  const target = join(folder, words.at(-1) as string);
  await mkdir(target, { recursive: true });
  for (const word of words.slice(0, -1)) {
    const source = join(context, word);
    const isFolder = (await stat(source)).isDirectory();
    await cp(source, isFolder ? target : join(target, basename(word)), { recursive: true });
  }
}

async function runStep({ text }: Instruction, folder: string, args: Readonly<Record<string, string>>): Promise<void> {
  const end = await inRoot({ folder, user: '0:0' }, ['sh', '-c', text], { PATH, HOME: '/root', ...args });
  if (end.status !== 0)
    throw new Error(`RUN ${text} ended with ${end.status}: ${`${end.stdout}${end.stderr}`.slice(-4000)}`);
}

function inFolder(folder: string, command: readonly string[]): readonly string[] {
  return ['env', `--chdir=${folder}`, ...command];
}

/** Runs a command in a root file system with exactly this environment; it sees the network of this machine. */
export function inRoot(
  { folder, user }: { readonly folder: string; readonly user: string },
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunEnd> {
  return tryRun('unshare', [...CONTAINED, 'sh', '-c', ENTER, 'sh', folder, user, ...command], { env });
}
