import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandDocument, createSpeech } from '@postgres-backuper/hosts';
import type { AnySettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { writeReports } from './report-files.ts';

test('a report that cannot be made is told, and the others are written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reports-'));
  const settings = { junitFile: join(folder, 'junit.xml'), summaryFile: join(folder, 'summary.md') } as AnySettings;
  const speech = createSpeech('none', { command: 'backup', environment: {}, originOf: () => undefined });
  const result = { backups: [{ label: 'backup_1', database: 'app' }] };
  const figures = { now: 0, elapsedMs: 0, retries: 0, names: [], repositories: [] };
  const document = { command: 'backup', exit: 0, result } as unknown as CommandDocument;
  const errors = writeReports(document, { settings, speech, figures });
  expect(errors.map(({ code }) => code)).toEqual(['internal']);
  expect(await readdir(folder)).toEqual(['junit.xml']);
  await rm(folder, { recursive: true });
});
