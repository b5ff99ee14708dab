import type { Option } from './option.ts';

const KEEP = {
  type: 'count',
  commands: ['prune', 'backup', 'list', 'report', 'status'],
  group: 'Retention',
  placeholder: 'N',
} as const;

/** Which backups stay: a backup is kept when any rule keeps it. */
export const RETENTION = {
  keepDays: {
    ...KEEP,
    flag: 'keep-days',
    environment: ['BACKUP_RETENTION_DAYS', 'RETENTION_DAYS'],
    default: 30,
    range: [0, 36_500],
    placeholder: 'DAYS',
    help: 'Keep every backup that is younger; 0: no such rule.',
    common: true,
  },
  keepLast: { ...KEEP, flag: 'keep-last', help: 'Keep the newest N.' },
  keepDaily: { ...KEEP, flag: 'keep-daily', help: 'Keep the newest of each of the last N days that have one.' },
  keepWeekly: { ...KEEP, flag: 'keep-weekly', help: 'The same for weeks.' },
  keepMonthly: { ...KEEP, flag: 'keep-monthly', help: 'The same for months.' },
  keepYearly: { ...KEEP, flag: 'keep-yearly', help: 'The same for years.' },
  keepSize: {
    ...KEEP,
    flag: 'keep-size',
    type: 'size',
    off: true,
    placeholder: 'SIZE',
    help: 'Keep the newest that have at most this size together, e.g. 500GiB, each differential with its full. Other rules keep more: give --keep-days 0 where the size alone decides. off: no such rule.',
  },
  keepMinimum: {
    ...KEEP,
    flag: 'keep-minimum',
    default: 3,
    range: [1, 10_000],
    help: 'Never keep fewer, whatever the other rules say.',
  },
  timeZone: {
    flag: 'time-zone',
    type: 'text',
    form: 'time zone',
    default: 'UTC',
    commands: KEEP.commands,
    group: 'Retention',
    placeholder: 'ZONE',
    help: 'Where the days, weeks, months and years of these rules begin at midnight, e.g. Europe/Berlin, and in which list, status and report show times. Labels stay in UTC.',
  },
  acceptNewServer: {
    flag: 'accept-new-server',
    type: 'flag',
    default: false,
    commands: ['backup', 'prune'],
    group: 'Retention',
    help: 'Say once after a failover or an upgrade that the new server continues the same backups.',
  },
} as const satisfies Record<string, Option>;
