import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_SHOW: Described<ResultKinds['show']> = {
  name: ['terminal'],
  label: ['terminal'],
  passedOver: 'in JSON alone', // a warning names them
  originChecked: ['terminal'],
  startedAt: ['terminal'],
  note: ['terminal'],
  expiresAt: ['terminal'],
  serverVersion: ['terminal'],
  pgDumpVersion: ['terminal'],
  origin: { file: ['terminal'], sizeBytes: ['terminal'], sha256: ['terminal'], serverVersion: ['terminal'] },
  encryption: { profile: ['terminal'], recipients: ['terminal'], passphrase: ['terminal'] },
  totals: {
    tables: ['terminal'],
    rows: ['terminal'],
    rawBytes: ['terminal'],
    storedBytes: ['terminal'],
    segments: 'in JSON alone',
  },
  database: {
    name: ['terminal'],
    owner: ['terminal'],
    encoding: ['terminal'],
    collate: ['terminal'],
    ctype: ['terminal'],
    localeProvider: ['terminal'],
    locale: ['terminal'],
    icuRules: 'in JSON alone',
    tablespace: ['terminal'],
    connectionLimit: ['terminal'],
    isTemplate: 'in JSON alone',
    comment: ['terminal'],
    securityLabels: 'in JSON alone',
    acl: 'in JSON alone',
    settings: { role: ['terminal'], values: ['terminal'] },
  },
  tables: {
    schema: ['terminal'],
    table: ['terminal'],
    rows: ['terminal'],
    bytes: ['terminal'],
    storedBytes: ['terminal'],
    columns: 'in JSON alone',
    sha256: 'in JSON alone',
  },
  extensions: { name: ['terminal'], version: ['terminal'] },
  configuration: ['terminal'],
  serverSettings: 'in JSON alone',
  hbaRules: 'in JSON alone',
  roles: { name: ['terminal'], uses: ['terminal'] },
  largeObjects: { bytes: ['terminal'], storedBytes: ['terminal'] },
  globals: ['terminal'],
  warnings: ['terminal'],
  exclusions: ['terminal'],
};

const DIFFED: Described<ResultKinds['diff']['before']> = {
  name: ['terminal'],
  label: ['terminal'],
  startedAt: ['terminal'],
  database: ['terminal'],
  serverVersion: ['terminal'],
  pgDumpVersion: ['terminal'],
};

export const OF_DIFF: Described<ResultKinds['diff']> = {
  before: DIFFED,
  after: DIFFED,
  differs: ['terminal'],
  tables: {
    schema: ['terminal'],
    table: ['terminal'],
    change: ['terminal'],
    before: { rows: ['terminal'], bytes: ['terminal'] },
    after: { rows: ['terminal'], bytes: ['terminal'] },
    newColumns: ['terminal'],
    goneColumns: ['terminal'],
  },
  objects: { kind: ['terminal'], schema: ['terminal'], name: ['terminal'], change: ['terminal'] },
  extensions: { name: ['terminal'], change: ['terminal'], before: ['terminal'], after: ['terminal'] },
  roles: { name: ['terminal'], change: ['terminal'] },
  database: ['terminal'],
};

/** Its standard output is the rows: what it says of them are events. */
export const OF_CAT: Described<ResultKinds['cat']> = {
  label: 'in JSON alone',
  passedOver: 'in JSON alone', // a warning names them
  tables: 'in JSON alone',
  columns: 'in JSON alone',
  encoding: 'in JSON alone',
  whole: 'in JSON alone',
  rows: 'in JSON alone',
  writtenBytes: 'in JSON alone',
  durationMs: 'in JSON alone',
};
