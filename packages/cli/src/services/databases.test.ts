import type { Context } from '@postgres-backuper/base';
import type { SettingsOf } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { chosenDatabases } from './databases.ts';
import type { OpenServer } from './open-server.ts';

const choose = (databases: readonly string[]) =>
  chosenDatabases({ allDatabases: false } as SettingsOf<'backup'>, { databases } as OpenServer, {} as Context);

test('an empty name is refused: libpq would take the database that is named like the role', async () => {
  for (const names of [[''], ['app', '']]) {
    await expect(choose(names)).rejects.toMatchObject({ code: 'configuration-invalid' });
  }
  await expect(choose([])).rejects.toThrow('no database is named');
  expect((await choose(['app', 'app', ' '])).servers).toHaveLength(2);
});
