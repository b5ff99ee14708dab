import { join } from 'node:path';
import { createSampleDatabase } from '@postgres-backuper/testing';
import { compareWith, type DemoPlace, type DemoRequest, onScene, type Scene } from './scene.ts';

interface DemoResult {
  readonly tables: number;
  readonly equal: boolean;
  readonly damagedObject: string;
  readonly durationMs: number;
}

/** The whole story on a throw-away server: fill, back up, prove, restore, compare, damage, find the damage. */
export function demo(request: DemoRequest, place: DemoPlace): Promise<DemoResult> {
  const { folder, page } = place;
  const asked = { ...request, page, keys: join(folder, 'keys') };
  return onScene(request, place, {
    tell: (scene) => tell(scene, asked),
    last: `; what stays is a page to open: ${page}`,
  });
}

async function tell(
  scene: Scene,
  { megabytes, keys, page }: { megabytes: number; keys: string; page: string },
): Promise<Omit<DemoResult, 'durationMs'>> {
  const { stage, postgres, repository, environment } = scene;
  await stage.step(`A throw-away PostgreSQL ${postgres.version} with a database 'shop' of about ${megabytes} MB`, () =>
    createSampleDatabase(postgres, { dbname: 'shop', megabytes }),
  );
  await stage.step('A key pair: the backup job gets the public half only', () =>
    stage.command(['keygen', '--output', keys], environment),
  );
  const writer = {
    ...environment,
    BACKUP_PRIVATE_KEY_PASSPHRASE: '',
    BACKUP_PUBLIC_KEY: join(keys, 'backup-public.asc'),
  };
  const reader = { ...environment, BACKUP_PRIVATE_KEY: join(keys, 'backup-private.asc') };
  await stage.step('An encrypted backup', () => stage.command(['backup'], writer));
  await stage.step('The proof: every stored object is read, decrypted and hashed', () =>
    stage.command(['verify', 'latest', '--level', 'content'], reader),
  );
  await stage.step('What is there', () => stage.command(['list'], writer));
  await stage.step('A restore into a new database', () =>
    stage.command(['restore', 'latest', '--into', 'shop_restored'], reader),
  );
  const comparison = await compareWith('shop_restored', scene);
  const damagedObject = await stage.step(
    'One byte of one stored object is flipped; verify must name the object',
    async () => {
      const key = await repository.flipByte();
      stage.say(`flipped one byte of ${key}`);
      const shown = await stage.command(['verify', 'latest', '--level', 'content'], reader, 3);
      if (!shown.includes(key.split('/').at(-1) ?? key)) throw new Error(`verify did not name ${key}`);
      return key;
    },
  );
  await stage.step('A page about all of it, also the damage', () =>
    stage.command(['report', '--output', page], reader),
  );
  return { ...comparison, damagedObject };
}
