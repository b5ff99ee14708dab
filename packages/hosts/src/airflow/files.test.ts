import { ALL_OPTIONS } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { AIRFLOW_OPTIONS_PATH, airflowFiles } from './files.ts';

const module = (options = ALL_OPTIONS) => airflowFiles(options)[AIRFLOW_OPTIONS_PATH] ?? '';

test('a new option of an operated command is one more field and one more row', () => {
  const added = ['newOne' as never, { type: 'count', commands: ['prune'], group: 'Retention', help: 'New.' }] as const;
  const text = module([...ALL_OPTIONS, added]);
  expect(text).toContain('    new_one: int | str | None\n    """New."""');
  expect(text).toContain('    "new_one": Option("BACKUP_NEW_ONE", False, False, ("prune",)),');
});

test('secrets are known as such, and what the operator decides is not offered', () => {
  const text = module();
  expect(text).toContain('"private_key": Option("BACKUP_PRIVATE_KEY", True, True,');
  expect(text).not.toMatch(/result_file|"ci"|"json"|"user_id"/);
});

test('a reserved word of Python is no name of a field', () => {
  const added = ['import' as never, { type: 'text', commands: ['restore'], group: 'Output', help: 'New.' }] as const;
  expect(module([...ALL_OPTIONS, added])).toContain('    import_: str | None');
  expect(module()).toContain('    assert_: str | list[str] | None');
});
