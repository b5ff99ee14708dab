import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, run } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('`pnpm servers` leaves both servers to a shell, and nothing after Ctrl-C', async () => {
  const child = spawn(process.execPath, [join(root, 'scripts/servers.ts'), '14'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let said = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += text;
      if (said.includes('Ctrl-C')) break;
    }
    const file = /^In another shell: \. (.+)$/m.exec(said)?.[1] ?? '';
    const ports = [/PGPORT='(\d+)'/, /127\.0\.0\.1:(\d+)'/].map((place) => place.exec(said)?.[1]);
    expect(said).not.toContain('throw-away password');
    const inShell = (command: string) =>
      run('/bin/sh', ['-ec', `. '${file}'; ${command}`], { env: { PATH: '/usr/bin:/bin', HOME: '/nowhere' } });
    expect(await inShell('"$PG_BIN_DIR/psql" -XAtc "SHOW server_version"')).toMatch(/^14\./);
    const cli = `'${process.execPath}' '${BACKUPER_PROGRAM}'`;
    await inShell(`${cli} backup --encryption none 2>/dev/null`);
    expect(await inShell(`${cli} list --json`)).toContain('"label": "backup_');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(existsSync(file)).toBe(false);
    for (const port of ports) await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
  } finally {
    child.kill('SIGKILL');
  }
});
