import type { Option } from './option.ts';

const LIMIT = { type: 'count', commands: ['backup', 'report'], group: 'Proof', placeholder: 'N' } as const;

/** When a backup differs from the last ones of its name in a way that a person should look at. */
export const ANOMALIES = {
  failOnAnomaly: {
    flag: 'fail-on-anomaly',
    type: 'flag',
    default: false,
    commands: ['backup'],
    group: 'Proof',
    help: 'Exit 3 after the backup is stored, when it differs a lot from the last ones. Without it that is a warning.',
  },
  historyFile: {
    flag: 'history-file',
    type: 'text',
    commands: ['backup'],
    group: 'Proof',
    placeholder: 'FILE',
    help: 'Rows, size and hash of each table, kept here between runs: then a table that is gone, empty or half as large is unusual as well. It names tables: keep it private.',
  },
  anomalyShrink: {
    ...LIMIT,
    flag: 'anomaly-shrink',
    default: 50,
    range: [0, 100],
    placeholder: 'PERCENT',
    help: 'Unusual: less than this part of the usual bytes, rows or tables, in percent; 0: never.',
  },
  anomalySlower: {
    ...LIMIT,
    flag: 'anomaly-slower',
    default: 3,
    range: [0, 1000],
    help: 'Unusual: more than N times the usual duration; 0: never.',
  },
  anomalyUnchanged: {
    ...LIMIT,
    flag: 'anomaly-unchanged',
    default: 7,
    range: [0, 1000],
    help: 'Unusual: nothing changed in the last N backups; 0: never.',
  },
} as const satisfies Record<string, Option>;
