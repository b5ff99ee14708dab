import { join } from 'node:path';
import { createSampleDatabase } from '@postgres-backuper/testing';
import { compareWith, type DemoPlace, type DemoRequest, onScene, type Scene } from './scene.ts';

interface IncrementalDemoResult {
  readonly tables: number;
  readonly equal: boolean;
  /** The line that says how much the differential stored of its full. */
  readonly saved: string;
  readonly durationMs: number;
}

/** What happens to a shop on a quiet day: new events, a few orders change, old events go. About 1 % of the rows. */
const A_DAY = `
  INSERT INTO logs.events (at, kind, payload) SELECT at + interval '1 year', kind, payload FROM logs.events
    WHERE id > (SELECT max(id) * 0.99 FROM logs.events);
  UPDATE sales.orders SET status = 'paid' WHERE id > (SELECT max(id) * 0.995 FROM sales.orders);
  DELETE FROM logs.events WHERE id < (SELECT max(id) * 0.005 FROM logs.events);
`;

/** The story of a differential: a full, a day of changes, what the next backup stores, and a restore of it. */
export function demoIncremental(request: DemoRequest, place: DemoPlace): Promise<IncrementalDemoResult> {
  const asked = { megabytes: request.megabytes, keys: join(place.folder, 'keys') };
  return onScene(request, place, { tell: (scene) => tell(scene, asked), last: '' });
}

async function tell(
  scene: Scene,
  { megabytes, keys }: { megabytes: number; keys: string },
): Promise<Omit<IncrementalDemoResult, 'durationMs'>> {
  const { stage, postgres, environment } = scene;
  await stage.step(`A throw-away PostgreSQL ${postgres.version} with a database 'shop' of about ${megabytes} MB`, () =>
    createSampleDatabase(postgres, { dbname: 'shop', megabytes }),
  );
  await stage.step(
    'A key pair and a secret: the backup job gets the public key and the secret, which open no backup',
    () => stage.command(['keygen', '--output', keys], environment),
  );
  const writer = {
    ...environment,
    BACKUP_PRIVATE_KEY_PASSPHRASE: '',
    BACKUP_PUBLIC_KEY: join(keys, 'backup-public.asc'),
    BACKUP_DEDUP_SECRET_FILE: join(keys, 'backup-dedup-secret.txt'),
    INCREMENTAL_BACKUP: 'true',
  };
  const reader = { ...environment, BACKUP_PRIVATE_KEY: join(keys, 'backup-private.asc') };
  await stage.step('The first backup with INCREMENTAL_BACKUP=true: a full', () => stage.command(['backup'], writer));
  await stage.step('A day of changes: 1 % new events, some orders are paid, the oldest events go', () =>
    postgres.psql(A_DAY, 'shop'),
  );
  const shown = await stage.step('The same command: a differential, which stores what the full has not', () =>
    stage.command(['backup'], writer),
  );
  const saved = /differential of .*/.exec(shown)?.[0];
  if (saved === undefined) throw new Error('the second backup is no differential');
  await stage.step('Two restore points, and what was saved', () => stage.command(['list'], writer));
  await stage.step('The proof: the differential and all that it needs of its full', () =>
    stage.command(['verify', 'latest', '--level', 'content'], reader),
  );
  await stage.step('A restore of the differential: the command is that of a full, the secret is not needed', () =>
    stage.command(['restore', 'latest', '--into', 'shop_restored'], reader),
  );
  const comparison = await compareWith('shop_restored', scene);
  await stage.step('What prune would do if only the newest were wanted: the full stays as long as it is needed', () =>
    stage.command(['prune', '--dry-run', '--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1'], writer),
  );
  return { ...comparison, saved };
}
