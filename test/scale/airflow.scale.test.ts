import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startScheduler } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AirflowApi, openApi } from '../hosts/airflow/api.ts';
import { createStage, type Stage } from '../hosts/airflow/harness.ts';

const NAMES = Array.from({ length: 100 }, (_, index) => `database_${index}`);

// minutes: collected by `pnpm test:scale` only
describe(`Airflow with ${NAMES.length} databases`, () => {
  let stage: Stage;
  let scheduler: { stop(): Promise<void> } | undefined;
  let api: AirflowApi;
  beforeAll(async () => {
    stage = await createStage({ AIRFLOW_VAR_BACKUP_DATABASES: JSON.stringify(NAMES) });
    await stage.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 10000) g', 'template1');
    for (const name of NAMES) await stage.postgres.createDatabase(name);
    scheduler = await startScheduler(stage.airflow);
    api = await openApi(stage.airflow);
  }, 300_000);
  afterAll(async () => {
    await scheduler?.stop();
    await stage?.remove();
  });

  it('backs up and verifies each of them', async () => {
    const begun = Date.now();
    await api.unpause('postgres_backup');
    await expect.poll(() => stage.airflow.rows('SELECT run_id FROM dag_run')).toHaveLength(1);
    const [run] = stage.airflow.rows('SELECT run_id FROM dag_run');
    const { state, tasks } = await api.ended('postgres_backup', String(run?.run_id), 1_500_000);
    const seconds = Math.round((Date.now() - begun) / 1000);
    console.log(`${Object.keys(tasks).length} tasks in ${seconds} s`);
    expect(Object.values(tasks).filter((one) => one !== 'success')).toEqual([]);
    expect(state).toBe('success');
    for (const name of NAMES) {
      const folder = join(stage.minio.dataDir, 'postgres-backup/backups/postgres', name, 'backups');
      expect(await readdir(folder)).toHaveLength(1);
    }
  }, 1_800_000);
});
