/** One way in which a command ends. */
export interface Case {
  readonly title: string;
  /** For the page. */
  readonly about: string;
  readonly command: 'backup' | 'verify';
  /** By the names of the flags, without their dashes. */
  readonly options: Readonly<Record<string, string>>;
  readonly dbname: string;
  /** `good` holds a backup, in `damaged` its table's object was cut. */
  readonly repository: 'new' | 'good' | 'damaged';
  /** Ended by the host, as it ends a job, while it waits for a lock. */
  readonly isCancelled: boolean;
}

const BACKUP = { command: 'backup', options: {}, dbname: 'app', repository: 'new', isCancelled: false } as const;

/** In the order of the page. */
export const CASES: readonly Case[] = [
  { ...BACKUP, title: 'Success', about: '`backup` of one database.' },
  { ...BACKUP, title: 'Failure', about: '`backup` of a database that does not exist.', dbname: 'missing' },
  {
    ...BACKUP,
    title: 'Partial failure',
    about: '`backup` of two databases, one of which does not exist.',
    dbname: '["app", "missing"]',
  },
  {
    ...BACKUP,
    title: 'Skip',
    about: '`backup --skip-if-newer-than 20h` where there is a backup that young.',
    options: { 'skip-if-newer-than': '20h' },
    repository: 'good',
  },
  {
    ...BACKUP,
    title: 'Verification failure',
    about: '`verify` of a backup with one table, whose object was cut.',
    command: 'verify',
    repository: 'damaged',
  },
  {
    ...BACKUP,
    title: 'Cancel',
    about: '`backup`, ended by the host while it waits for a lock.',
    dbname: 'locked',
    isCancelled: true,
  },
];
