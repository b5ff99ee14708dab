import { expect, test } from 'vitest';
import { documentWith, type Loose } from '../document.test-data.ts';
import type { Measured, RepositoryState } from './measured.ts';
import { metricsGroups } from './metrics-groups.ts';

const NOTHING = {
  held: { backups: 0, storedBytes: 0 },
  bad: 0,
  verifiedAt: {},
  leftOvers: { runs: 0, storedBytes: 0 },
};
const PLACE: RepositoryState = {
  ...{ location: '/r', usage: { freeBytes: 1, totalBytes: 2 }, forecast: undefined },
  names: ['a', 'b'].map((name) => ({ name, newest: undefined, ...NOTHING })),
};

function groups(loose: Loose, more: Partial<Measured>) {
  const about = { now: 0, elapsedMs: 0, retries: 0, names: [], repositories: [] };
  return metricsGroups({ ...about, ...more, document: documentWith(loose) });
}

/** `PUT command=backup name=a: 5`, the number of samples. */
function shown(all: ReturnType<typeof groups>): readonly string[] {
  return all.map(({ method, labels, text }) => {
    const key = labels.map((part) => part.join('=')).join(' ');
    return `${method} ${key}: ${text.match(/^[^#].*/gm)?.length}`;
  });
}

const BACKUP = { command: 'backup', exit: 0 } as const;

test('a run of named databases has a group of each', () => {
  const all = groups(BACKUP, { names: ['a', 'b'] });
  expect(shown(all)).toEqual(['PUT command=backup name=a: 5', 'PUT command=backup name=b: 5']);
  expect(all[0]?.text).toContain('run_success{command="backup",name="a"} 1\n');
  expect(all[0]?.text).not.toContain('name="b"');
});

test('a run of all databases has a group without a name as well', () => {
  const result = { backups: [{ name: 'a', destinations: [] }], skipped: [], failures: [{ database: 'b' }] };
  const all = groups({ ...BACKUP, exit: 4, result }, {});
  expect(shown(all)).toEqual(['PUT command=backup: 5', 'PUT command=backup name=a: 5', 'PUT command=backup name=b: 5']);
  const successes = all.map(({ text }) => /^postgres_backup_run_success.*/m.exec(text)?.[0]);
  expect(successes).toEqual([
    'postgres_backup_run_success{command="backup"} 0',
    'postgres_backup_run_success{command="backup",name="a"} 1',
    'postgres_backup_run_success{command="backup",name="b"} 0',
  ]);
});

test('a run whose names are not known has no group, since no later run would replace it', () => {
  expect(groups({ ...BACKUP, exit: 2 }, { names: undefined })).toEqual([]);
  expect(shown(groups({ ...BACKUP, exit: 2, databases: ['a'] }, { names: undefined }))).toHaveLength(1);
});

test('what a repository holds is replaced whole, but for what only some commands know', () => {
  expect(shown(groups({ command: 'status', exit: 75 }, { repositories: [PLACE] }))).toEqual([
    'PUT command=status: 5',
    ...['PUT name=a location=/r: 5', 'PUT name=b location=/r: 5', 'POST location=/r: 2'],
  ]);
  const known = { ...PLACE, names: [], forecast: { fullAt: 9000 } };
  expect(shown(groups(BACKUP, { names: ['a'], repositories: [known] })).at(-1)).toBe('PUT location=/r: 3');
  const untold = { ...PLACE, names: [], usage: undefined };
  expect(shown(groups(BACKUP, { names: ['a'], repositories: [untold] }))).toHaveLength(1);
});
