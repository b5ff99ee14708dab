import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';

export interface GpgHome {
  /** Runs gpg with `input` on its standard input; resolves with its output, rejects with its words when it fails. */
  gpg(args: readonly string[], input?: Uint8Array | string): Promise<Buffer>;
  /** Fingerprints of the primary keys, newest last. */
  fingerprints(): Promise<string[]>;
  /** A path in the home for a file. */
  path(name: string): string;
  /** Stops the agent and removes the home. */
  end(): void;
}

/** A gpg with a home of its own. Short path: the agent's socket must fit 108 bytes. */
export function beginGpgHome(): GpgHome {
  const home = mkdtempSync('/tmp/pb-gpg-');
  const env = { PATH: process.env.PATH ?? '', GNUPGHOME: home, LC_ALL: 'C' };
  const gpg = (args: readonly string[], input: Uint8Array | string = '') =>
    new Promise<Buffer>((resolve, reject) => {
      const options = { env, encoding: 'buffer' as const, maxBuffer: 64 << 20 };
      const command = ['--batch', '--yes', '--no-tty', '--pinentry-mode', 'loopback', ...args];
      const child = execFile('gpg', command, options, (error, stdout, stderr) =>
        error ? reject(new Error(`gpg: ${stderr.toString()}`)) : resolve(stdout),
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  return {
    gpg,
    fingerprints: async () => {
      const lines = (await gpg(['--list-keys', '--with-colons'])).toString().split('\n');
      return lines.flatMap((line, at) => (line.startsWith('pub:') ? [lines[at + 1]!.split(':')[9]!] : []));
    },
    path: (name) => `${home}/${name}`,
    end: () => {
      execFileSync('gpgconf', ['--kill', 'all'], { env });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
