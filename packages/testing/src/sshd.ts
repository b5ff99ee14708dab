import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { run } from './run.ts';
import { type Service, startService, untilPortIsFree } from './service.ts';

/** Every component of a chroot must belong to root and be writable by root alone, so it cannot be in /tmp. */
const CHROOTS = '/var/lib';
/** An account of every Debian, without a password: a key is the only login. */
const USER = 'nobody';
const NOBODY = 65534;

export interface SshdRequest {
  /** What internal-sftp refuses and does not offer: requests and extensions by their names in `sftp-server -Q requests`. */
  readonly denied?: readonly string[];
  /** The account may only forward connections, which is what a tunnel needs; else it only sees files. */
  readonly forwards?: true;
  /** Sessions of one connection; default 10, as sshd's. */
  readonly maxSessions?: number;
}

/** A real OpenSSH server whose only account sees only a folder of its own. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The private key of the account: its text, and a file of it. */
  readonly key: string;
  readonly keyFile: string;
  /** `SHA256:…` of the server's Ed25519 key, its only host key. */
  readonly hostKey: string;
  /** The line of known_hosts for it. */
  readonly knownHosts: string;
  /** The folder of this machine that the account sees as `/data`. */
  readonly data: string;
  /** `sftp://nobody@127.0.0.1:port/data/<path>` */
  url(path: string): string;
  log(): string;
  /** Ends all connections that are open, as a crash of the server would; new ones are accepted. */
  cut(): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian puts it; undefined where it is not installed (apt-get install openssh-server). */
export function sshdProgram(): string | undefined {
  return ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));
}

/** Starts sshd on a free loopback port; needs root, as every chroot does. */
export async function startSshd(request: SshdRequest = {}): Promise<Sshd> {
  const program = sshdProgram();
  if (program === undefined) throw new Error('sshd is not installed');
  if (process.getuid?.() !== 0) throw new Error('a chrooted sshd can be started by root only');
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const root = await mkdtemp(join(CHROOTS, 'postgres-backuper-sshd-'));
  await chmod(root, 0o755);
  const data = join(root, 'data');
  await mkdir(data, { mode: 0o700 });
  await chown(data, NOBODY, NOBODY);
  try {
    const started = await untilPortIsFree(() => start(program, root, request));
    return await describe(started, { root, data });
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

interface Started {
  readonly port: number;
  readonly service: Service;
}

async function start(program: string, root: string, request: SshdRequest): Promise<Started> {
  const port = await freePort();
  let log = '';
  const service = await startService({
    name: 'sshd',
    program,
    args: async (dir) => {
      log = join(dir, 'log');
      await chmod(dir, 0o755); // the keys of the account are read as the account
      await makeKey(dir, 'host_key');
      await makeKey(dir, 'key');
      await copyFile(join(dir, 'key.pub'), join(dir, 'authorized_keys'));
      await writeFile(join(dir, 'sshd_config'), configuration(dir, { ...request, port, root }));
      return ['-D', '-e', '-f', join(dir, 'sshd_config')];
    },
    // sshd's own log line: another program that took the port meanwhile would answer too
    isReady: async () => (await readFile(log, 'utf8')).includes(`Server listening on 127.0.0.1 port ${port}`),
  });
  return { port, service };
}

async function makeKey(dir: string, name: string): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)]);
}

function configuration(
  dir: string,
  {
    port,
    root,
    denied = [],
    maxSessions = 10,
    forwards,
  }: SshdRequest & { readonly port: number; readonly root: string },
): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey ${dir}/host_key
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowUsers ${USER}
MaxSessions ${maxSessions}
MaxStartups 100
LogLevel VERBOSE
Subsystem sftp internal-sftp
${forwards ? forwarding(dir) : files({ dir, root, denied })}
`;
}

/** What docs/ssh-tunnel.md recommends. */
function forwarding(dir: string): string {
  return `AuthorizedKeysFile ${dir}/authorized_keys
AllowTcpForwarding local
X11Forwarding no
AllowAgentForwarding no
PermitTTY no
ForceCommand /bin/false`;
}

function files({
  dir,
  root,
  denied,
}: {
  readonly dir: string;
  readonly root: string;
  readonly denied: readonly string[];
}): string {
  return documented()
    .replaceAll('pgbackup', USER)
    .replace(`/srv/${USER}`, root)
    .replace('/etc/ssh/authorized_keys.d/%u', `${dir}/authorized_keys`)
    .replace('internal-sftp', `internal-sftp${denied.length === 0 ? '' : ` -P ${denied.join(',')}`}`);
}

/** The configuration of the server from docs/sftp.md. */
function documented(): string {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/sftp.md'), 'utf8');
  const [block] = /^Match User pgbackup\n[^`]*/m.exec(page) ?? [];
  if (block === undefined) throw new Error('docs/sftp.md shows no configuration of sshd');
  return block;
}

async function describe({ port, service }: Started, { root, data }: { root: string; data: string }): Promise<Sshd> {
  const [, fingerprint = ''] = (await run('ssh-keygen', ['-lf', join(service.dir, 'host_key.pub')])).split(' ');
  const publicKey = (await readFile(join(service.dir, 'host_key.pub'), 'utf8')).trim();
  const keyFile = join(service.dir, 'key');
  return {
    port,
    data,
    keyFile,
    user: USER,
    key: await readFile(keyFile, 'utf8'),
    hostKey: fingerprint,
    knownHosts: `[127.0.0.1]:${port} ${publicKey}`,
    url: (path) => `sftp://${USER}@127.0.0.1:${port}/data/${path}`,
    log: service.log,
    cut: async () => {
      await endSessions(service, 'SIGKILL');
    },
    async stop() {
      await endSessions(service, 'SIGTERM');
      await service.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function endSessions({ pid }: Service, signal: NodeJS.Signals): Promise<void> {
  for (const child of await childrenOf(pid)) {
    try {
      process.kill(child, signal);
    } catch {
      // it has ended by itself
    }
  }
}

/** The processes of its connections: each has a monitor, whose end closes the connection. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const direct = children.split(' ').filter(Boolean).map(Number);
  const below = await Promise.all(direct.map(childrenOf));
  return [...direct, ...below.flat()];
}
