import {
  BackuperError,
  type Clock,
  type ErrorCode,
  isBackuperError,
  type Program,
  type ProgramEnd,
  say,
  startProgram,
} from '@postgres-backuper/base';
import type { TunnelPlace } from '@postgres-backuper/postgres';
import type { TunnelRoute } from './tunnel-route.ts';

export interface TunnelRequest extends TunnelRoute {
  readonly env: Readonly<Record<string, string>>;
  /** Files; undefined: those of ssh's configuration. */
  readonly keyFile: string | undefined;
  readonly knownHostsFile: string | undefined;
  /** A free port of this machine. */
  readonly localPort: number;
}

/** A tunnel that connections can use. */
export interface Tunnel {
  readonly place: TunnelPlace;
  /** Resolves when ssh has ended. */
  readonly ended: Promise<ProgramEnd>;
  close(): Promise<void>;
}

/** How long ssh may take to log in, milliseconds. */
const LOGIN_MS = 30_000;
/** Said by ssh once the port is open and the login is done. */
const READY = 'forwarding';
/** ssh then ends with 255 and one of these words, and trying again does not help. */
const LASTING =
  /permission denied|host key verification failed|no matching host key|identification has changed|could not resolve hostname|bad configuration|too many authentication failures|not accessible/i;

/**
 * Starts ssh and resolves when it forwards a port of this machine to the server. Nobody is asked anything, and the key of
 * the SSH server must be known. Errors: program-missing, tunnel-refused, tunnel-failed.
 */
export async function startTunnel(
  request: TunnelRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Tunnel> {
  const { env, localPort } = request;
  const program = await startProgram({ file: 'ssh', args: argumentsOf(request), env }, { clock, signal }).catch(
    missing,
  );
  const over = new AbortController();
  clock.sleep(LOGIN_MS, { signal: over.signal, idle: true }).then(program.stop, () => undefined);
  const isReady = await saysReady(program);
  over.abort();
  if (!isReady) throw tunnelError(request.gateway, await program.ended);
  return {
    place: { PGHOSTADDR: '127.0.0.1', PGPORT: `${localPort}` },
    ended: program.ended,
    async close() {
      program.stop();
      await program.ended;
    },
  };
}

function argumentsOf({ gateway, port, server, keyFile, knownHostsFile, localPort }: TunnelRequest): readonly string[] {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ExitOnForwardFailure=yes',
    'ControlMaster=no',
    'ControlPath=none',
    'RemoteCommand=none',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    'PermitLocalCommand=yes',
    `LocalCommand=echo ${READY}`,
    ...(keyFile === undefined ? [] : ['IdentitiesOnly=yes', `IdentityFile=${quoted(keyFile)}`]),
    ...(knownHostsFile === undefined ? [] : [`UserKnownHostsFile=${quoted(knownHostsFile)}`]),
  ];
  return [
    ...['-N', '-T', '-n', '-L', `127.0.0.1:${localPort}:${server}`],
    ...options.flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', port]),
    ...['--', gateway],
  ];
}

/** A path as ssh's configuration takes it, which replaces `%` and reads quotes. */
function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

/** False: it ended before. */
async function saysReady({ stdout }: Program): Promise<boolean> {
  let said = '';
  for await (const chunk of stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes(`${READY}\n`)) {
      stdout.resume();
      return true;
    }
  }
  return false;
}

/** Why a tunnel ended. */
export function tunnelError(gateway: string, { stderr, status }: ProgramEnd): BackuperError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^\*\*|^@/.test(line));
  const said = lines.at(-1)?.trim() ?? `ssh ended with status ${status ?? 'unknown'}`;
  const code: ErrorCode = LASTING.test(stderr) ? 'tunnel-refused' : 'tunnel-failed';
  return new BackuperError(code, `the SSH tunnel through '${gateway}' ended: ${said}`, { hint: hintOf(stderr) });
}

function hintOf(stderr: string): string {
  if (/host key|identification has changed/i.test(stderr))
    return `compare the key of the SSH server with what its administrator says, and give it with ${say.option('sshKnownHosts')}`;
  if (/permission denied|authentication failures/i.test(stderr))
    return `give the key of this account with ${say.option('sshKey')}, or start an ssh-agent; nobody is asked for a passphrase or a password`;
  return `try the same with ssh by hand, as the same user: ${say.given('sshTunnel')} is what it is given`;
}

function missing(error: unknown): never {
  if (!isBackuperError(error, 'program-missing')) throw error;
  const hint = `install the SSH client (openssh-client) for ${say.given('sshTunnel')}`;
  throw new BackuperError('program-missing', error.message, { hint, cause: error });
}
