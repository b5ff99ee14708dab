import type { Catalog } from './catalog-document.ts';
import type { Commit } from './commit.ts';
import { factsOf } from './totals.ts';

/** For tests: a commit with every field. */
export function sampleCommit(changes: Partial<Commit> = {}): Commit {
  return {
    version: 1,
    tool: 'postgres-backuper 0.1.0',
    name: 'app',
    label: 'backup_20260315_120000_ab12cd',
    type: 'full',
    parent: null,
    database: { systemIdentifier: '7480012345678901234', oid: '16384', name: 'app', host: 'db.example' },
    serverVersion: '18.1',
    clientVersion: '18.1',
    startedAt: '2026-03-15T12:00:00.000Z',
    finishedAt: '2026-03-15T12:01:00.000Z',
    encryption: { profile: 'openpgp', recipients: ['A'.repeat(40)], passphrase: false },
    totals: { rawBytes: 1000, storedBytes: 400, segments: 2, tables: 3, rows: 30 },
    warnings: 0,
    exclusions: 0,
    objects: { sizeBytes: 300, sha256: '0'.repeat(64) },
    ...changes,
  };
}

/** For tests: a differential of the sample commit, made a day later. */
export function sampleDifferential(changes: Partial<Commit> = {}): Commit {
  return sampleCommit({
    ...{ label: 'backup_20260316_120000_ef3456', type: 'differential', parent: 'backup_20260315_120000_ab12cd' },
    parentObjects: { sizeBytes: 300, sha256: '0'.repeat(64) },
    ...{ startedAt: '2026-03-16T12:00:00.000Z', finishedAt: '2026-03-16T12:00:20.000Z' },
    totals: { rawBytes: 1010, storedBytes: 20, segments: 1, tables: 3, rows: 31 },
    objects: { sizeBytes: 280, sha256: '1'.repeat(64) },
    ...changes,
  });
}

const LIST =
  ';\n; Archive\n;\n200; 1259 16385 TABLE public tä"ble o"wner\n3456; 0 16385 TABLE DATA public tä"ble o"wner\n';

/** For tests: a small catalog of one file in two segments. */
export function sampleCatalog(changes: Partial<Catalog> = {}): Catalog {
  return {
    version: 1,
    name: 'app',
    label: 'backup_20260315_120000_ab12cd',
    backup: factsOf(sampleCommit()),
    dump: { encoding: 'UTF8', clusterEncoding: 'LATIN1', pgDumpVersion: '18.1', serverVersion: '18.1', list: LIST },
    database: {
      ...{ name: 'app', owner: 'o"wner', encoding: 'UTF8', collate: 'C', ctype: 'C', localeProvider: 'libc' },
      ...{ locale: null, icuRules: null, tablespace: 'pg_default', connectionLimit: -1, isTemplate: false },
      comment: 'líne\none',
      securityLabels: [{ provider: 'selinux', label: 'unclassified' }],
      acl: null,
      settings: [{ role: null, values: ['search_path=a, b'] }],
    },
    files: [
      {
        name: '3456.dat',
        sizeBytes: 30,
        sha256: '1'.repeat(64),
        extents: [
          [0, 512, 10],
          [1, 512, 20],
        ],
      },
    ],
    serverSettings: [{ name: 'port', value: '5432', source: 'command line', file: null }],
    hbaRules: [
      {
        ...{ type: 'host', databases: ['all'], users: ['a"b'], address: '::1', netmask: null, method: 'ldap' },
        options: ['ldapbindpasswd='],
      },
    ],
    tables: [
      {
        ...{ schema: 'public', table: 'tä"ble', dumpId: 3456, file: '3456.dat' },
        copyStatement: 'COPY public."tä""ble" (a) FROM stdin;\n',
        ...{ rows: 3, bytes: 27, sha256: '2'.repeat(64), load: 'truncate' },
      },
    ],
    extensions: [{ name: 'plpgsql', version: '1.0' }],
    roles: [{ name: 'o"wner', uses: ['owner', 'policy'] }],
    warnings: [],
    exclusions: [],
    ...changes,
  };
}

/** For tests: the same with a table that three jobs read; the second one found no row. */
export function sampleSlicedCatalog(changes: Partial<Catalog> = {}): Catalog {
  const [file, table] = [sampleCatalog().files[0], sampleCatalog().tables[0]];
  const [empty, first, last] = ['e3b0', '1', '2'].map((digits) => digits.padEnd(64, '0')) as [string, string, string];
  const { schema, dumpId, copyStatement } = table as Catalog['tables'][number];
  return sampleCatalog({
    files: [
      {
        ...{ name: file?.name ?? '', sizeBytes: 35 },
        slices: [
          { sizeBytes: 10, sha256: first, extents: [[1, 512, 10]] },
          { sizeBytes: 0, sha256: empty, extents: [] },
          { sizeBytes: 25, sha256: '3'.padEnd(64, '0'), extents: [[0, 512, 25]] },
        ],
      },
    ],
    tables: [
      {
        ...{ schema, table: table?.table ?? '', dumpId, file: file?.name ?? '', copyStatement },
        ...{ rows: 3, bytes: 30, load: 'truncate' },
        slices: [
          { rows: 1, bytes: 10, sha256: first },
          { rows: 0, bytes: 0, sha256: empty },
          { rows: 2, bytes: 20, sha256: last },
        ],
      },
    ],
    ...changes,
  });
}
