import { resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { asksFor } from './asked.ts';

test('a flag that is off and an empty field ask for nothing, as hosts pass them on', () => {
  const asked = (environment: Record<string, string>) => {
    const resolved = resolveSettings({ command: 'restore', flags: new Map(), environment });
    return (['fileGlobals', 'fileDatabase', 'table'] as const).filter((name) => asksFor(resolved, name));
  };
  expect(asked({ BACKUP_FILE_GLOBALS: 'false', BACKUP_FILE_DATABASE: '', BACKUP_TABLE: '[]' })).toEqual([]);
  const all = { BACKUP_FILE_GLOBALS: 'true', BACKUP_FILE_DATABASE: 'shop', BACKUP_TABLE: '["a.b"]' };
  expect(asked(all)).toEqual(['fileGlobals', 'fileDatabase', 'table']);
});
