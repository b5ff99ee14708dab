import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Commit, commitKey, createLabel, type Storage, writeCommit } from '@postgres-backuper/core';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type S3Server, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const COUNT = 10_000;
const HOUR_MS = 3_600_000;

function commitOf(startedAt: number): Commit {
  const time = new Date(startedAt).toISOString();
  return {
    ...{ version: 1, tool: 'test', name: 'app', label: createLabel(startedAt), type: 'full', parent: null },
    database: { systemIdentifier: '7300000000000000000', oid: '16384', name: 'app', host: 'db.example' },
    ...{ serverVersion: '18.6', clientVersion: '18.6', startedAt: time, finishedAt: time },
    encryption: { profile: 'openpgp', recipients: [randomBytes(20).toString('hex').toUpperCase()], passphrase: false },
    totals: { rawBytes: 1e9, storedBytes: 2.5e8, segments: 120, tables: 40, rows: 1e6 },
    ...{ warnings: 0, exclusions: 0, objects: { sizeBytes: 1000, sha256: randomBytes(32).toString('hex') } },
  };
}

/** One backup an hour. */
async function fill(storage: Storage): Promise<void> {
  const newest = Date.now() - HOUR_MS;
  const queue = Array.from({ length: COUNT }, (_, index) => commitOf(newest - index * HOUR_MS));
  const work = async () => {
    for (let commit = queue.pop(); commit !== undefined; commit = queue.pop()) {
      await storage.put(commitKey(commit), writeCommit(commit));
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

/** Passes requests on and counts them; the signature covers the Host header, which stays as it was. */
function createCounter(target: string) {
  const { hostname, port } = new URL(target);
  const counter = { requests: 0 };
  const server = createServer((incoming, outgoing) => {
    counter.requests += 1;
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  return { counter, server };
}

let minio: S3Server;
let proxy: Server;
let home: string;

beforeAll(async () => {
  minio = await startMinio();
  await minio.createBucket('backups');
  home = await mkdtemp(join(tmpdir(), 'scale-'));
});
afterAll(async () => {
  proxy?.close();
  await minio?.stop();
  await rm(home, { recursive: true, force: true });
});

it('lists 10,000 backups with known commits within 20 requests', { timeout: 300_000 }, async () => {
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  const endpoint = parseEndpoint(minio.endpoint);
  await fill(createS3Storage({ bucket: 'backups', prefix: 'all', endpoint, credentials }));
  const made = createCounter(minio.endpoint);
  proxy = made.server.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const env = {
    HOME: home,
    MINIO_ENDPOINT: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
    BACKUP_REPOSITORY: 's3://backups/all',
    BACKUP_ENCRYPTION: 'none',
    BACKUP_NAME: 'app',
  };
  const cold = await runCli(['list'], env);
  expect(cold.status).toBe(0);
  expect(cold.stdout).toContain('10,000 backups');
  made.counter.requests = 0;
  const begunAt = performance.now();
  const warm = await runCli(['list'], env);
  const elapsedMs = performance.now() - begunAt;
  expect(warm.status).toBe(0);
  expect(warm.stdout.match(/backup_\d{8}_\d{6}_[0-9a-f]{6}/g)).toHaveLength(COUNT);
  expect(made.counter.requests).toBeLessThanOrEqual(20);
  expect(elapsedMs).toBeLessThan(10_000); // measured alone: docs/decisions/storage.md; other tests run beside this one
});
