import { type Service, startCeleryWorker, startScheduler, untilRows } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillLargeDatabase, PARTS } from '../../large-database.ts';
import { type AirflowApi, openApi } from './api.ts';
import { createStage, type Stage } from './harness.ts';
import { killOneReader } from './programs.ts';
import { labels } from './stored.ts';

const DAG = 'postgres_backup_in_parts';

let stage: Stage;
let api: AirflowApi;
let scheduler: { stop(): Promise<void> } | undefined;
let workers: readonly Service[] = [];
beforeAll(async () => {
  stage = await createStage({ POSTGRES_BACKUPER_POOL: 'postgres_backup' }, { hasCelery: true });
  await stage.postgres.createDatabase('parted');
  await fillLargeDatabase(stage.postgres, 'parted');
  scheduler = await startScheduler(stage.airflow);
  api = await openApi(stage.airflow);
  await api.call('POST', '/pools', { name: 'postgres_backup', slots: PARTS + 1 });
  workers = await Promise.all([3, 3].map((places) => startCeleryWorker(stage.airflow, places)));
  await api.setVariable('BACKUP_DATABASES', ['parted']);
  await api.setVariable('BACKUP_DEDUP_SECRET', Buffer.alloc(32, 'x').toString('base64'));
  await api.setVariable('BACKUP_VERIFY_LEVEL', 'content');
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await scheduler?.stop();
  await stage?.remove();
});

test('the CeleryExecutor spreads the parts over two workers, of which a task is killed: one whole backup', async () => {
  const run = await killOneReader(stage, async () => {
    await api.unpause(DAG);
    const [row] = await untilRows(stage.airflow, `SELECT run_id FROM dag_run WHERE dag_id = '${DAG}'`);
    return String(row?.run_id);
  });
  const { state, tries } = await api.ended(DAG, run, 290_000);
  expect(state).toBe('success');
  const parts = Array.from({ length: PARTS - 1 }, (_, index) => tries[`parts.part[${index}]`]);
  expect(parts.sort()).toEqual([1, 1, 1, 2]);
  expect(await labels(stage, 'parted')).toHaveLength(1);
  for (const worker of workers) expect(worker.log()).toMatch(/Task .* succeeded in/);
}, 300_000);
