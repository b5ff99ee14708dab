import { expect, test } from 'vitest';
import { documentWith } from '../document.test-data.ts';
import { KEYS } from '../wording.test-data.ts';
import { summaryReport } from './summary.ts';
import { SUMMARY_FIELDS } from './summary-fields.ts';

const TOTALS = { tables: 1, rows: 1, rawBytes: 2, storedBytes: 1, segments: 1 };
const DESTINATION = { location: '/r', committed: true, problem: null, deleted: [], kept: 1, decisions: [] };

/** A result of each kind, whole, so that every part of the summary looks at it. */
const WHOLE: Readonly<Record<keyof typeof SUMMARY_FIELDS, object>> = {
  backup: {
    ...{ label: 'backup_1', name: 'app', database: 'app', server: 'h:1', serverVersion: '18.1', durationMs: 1 },
    ...{ startedAt: '', finishedAt: '', totals: TOTALS, verification: 'stored', warnings: [], exclusions: [] },
    encryption: { profile: 'none', recipients: [], passphrase: false },
    ...{ missingData: [], largestTables: [], destinations: [{ ...DESTINATION, rotationProblem: null }] },
  },
  restore: { label: 'l', database: 'd', tables: [], durationMs: 1, originChecked: false, passedOver: [], leftOut: [] },
  verify: { name: 'app', location: '/r', level: 'stored', backups: [], durationMs: 1, originChecked: true },
  prune: {
    ...{ name: 'app', location: '/r', dryRun: false, backups: [], damaged: [], leftOvers: [] },
    ...{ deleted: [], freedBytes: 0, refusals: [] },
  },
  status: {
    ...{ name: 'app', location: '/r', state: 'none', maxAgeMs: 1, newest: null, damaged: 0, failed: 0, passedOver: [] },
  },
  'setup-client': { binDir: '/b', version: '18.1', installed: true },
};

const INSIDE: Readonly<Partial<Record<keyof typeof SUMMARY_FIELDS, (result: object) => object>>> = {
  backup: (result) => ({ backups: [result], skipped: [], failures: [] }),
  verify: (result) => ({ repositories: [result] }),
  prune: (result) => ({ repositories: [result] }),
  status: (result) => ({ repositories: [result] }),
};

test.each(Object.keys(SUMMARY_FIELDS) as (keyof typeof SUMMARY_FIELDS)[])(
  'of %s each field is as decided',
  (command) => {
    const read = new Set<string | symbol>();
    const result = new Proxy(WHOLE[command], {
      get: (target, name) => {
        read.add(name);
        return Reflect.get(target, name);
      },
    });
    summaryReport(documentWith({ command, exit: 0, result: INSIDE[command]?.(result) ?? result }), KEYS);
    const shown = Object.entries(SUMMARY_FIELDS[command]).filter(([, what]) => what === 'shown');
    expect([...read].sort()).toEqual(shown.map(([field]) => field).sort());
  },
);
