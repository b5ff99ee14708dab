import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@postgres-backuper/base';
import { resolveSettings } from '@postgres-backuper/options';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../real-clock.ts';
import { openServer } from './open-server.ts';

const IDLE = { clock: realClock, signal: new AbortController().signal };
let tempDir: string;
const events: Event[] = [];
beforeEach(() => {
  tempDir = mkdtempSync(join(tmpdir(), 'cli-open-server-'));
  events.length = 0;
});
afterEach(() => rmSync(tempDir, { recursive: true }));

function open(query: string) {
  const environment = { DATABASE_URL: `postgres://u:p@h/d?${query}` };
  const resolved = resolveSettings({ command: 'backup', environment, flags: new Map() });
  return openServer(resolved, { environment, context: { ...IDLE, tempDir, emit: (event) => events.push(event) } });
}

/** As another process of ours reads it, twice. */
function serviceOf({ env }: { env: Readonly<Record<string, string>> }): string {
  const file = env.PGSERVICEFILE as string;
  const [first, second] = [1, 2].map(() => execFileSync('cat', [file], { encoding: 'utf8' }));
  expect(second).toBe(first);
  return first as string;
}

test('parameters without a variable reach each program in a service file; those of the URL win', () => {
  const server = open('keepalives_idle=5&application_name=x');
  expect(server.env).toMatchObject({ PGSERVICE: 'postgres-backuper', PGAPPNAME: 'x' });
  expect(serviceOf(server).split('\n')).toEqual([
    '[postgres-backuper]',
    'keepalives_idle=5',
    'keepalives_interval=10',
    'keepalives_count=9',
    'tcp_user_timeout=120000',
    '',
  ]);
});

test.runIf(process.platform === 'linux')('a service with a secret has no name on disk', () => {
  const server = open('sslpassword=S%20x');
  expect(serviceOf(server)).toContain('sslpassword=S x\n');
  expect(readdirSync(tempDir)).toEqual([]);
  expect(JSON.stringify([server, events])).not.toContain('S x');
});

test('what means nothing here is said once', () => {
  open('pool=5&schema=a');
  expect(events).toEqual([
    { type: 'notice', text: 'parameters of the connection that mean nothing here: pool, schema' },
  ]);
});
