import type { Catalog } from '@postgres-backuper/format';
import type { TocEntry } from '@postgres-backuper/postgres';
import { chooseEntries } from '../choose-entries.ts';
import type { TargetRequest } from '../target-request.ts';
import type { TargetFacts } from './target-facts.ts';
import { type Wanted, wantedOf } from './wanted.ts';

export const DATABASE: Catalog['database'] = {
  ...{ name: 'shop', owner: 'shop_owner', encoding: 'UTF8', collate: 'C', ctype: 'C', localeProvider: 'libc' },
  ...{ locale: null, icuRules: null, tablespace: 'pg_default', connectionLimit: -1, isTemplate: false, comment: null },
  ...{ securityLabels: [], acl: null, settings: [] },
};

export const REQUEST: TargetRequest = {
  ...{ database: 'copy', maintenanceDatabases: ['postgres'], owner: true, privileges: true, policies: true },
  tablespaces: true,
};

/** An entry of a table of contents as pg_dump writes it, with the fields that are given. */
export function entry(given: Partial<TocEntry>): TocEntry {
  return {
    ...{ dumpId: 1, hasData: false, oid: '1', tag: 't', description: 'TABLE', definition: '', copyStatement: '' },
    ...{ copyStatementBytes: Buffer.alloc(0), schema: 'public', tablespace: '', owner: 'shop_owner', dependencies: [] },
    ...{ fileName: '', endsAt: 0, ...given },
  } as TocEntry;
}

export function wanted(
  catalog: Partial<Pick<Catalog, 'roles' | 'extensions' | 'tables' | 'exclusions'>> & {
    readonly database?: Partial<Catalog['database']>;
  },
  entries: readonly Partial<TocEntry>[] = [],
  request: Partial<TargetRequest> = {},
): Wanted {
  const dump = { encoding: 'UTF8', pgDumpVersion: '18.0', serverVersion: '18.0', list: '', clusterEncoding: 'UTF8' };
  const all = { roles: [], extensions: [], tables: [], files: [], exclusions: [], dump, ...catalog };
  const whole = { ...all, database: { ...DATABASE, ...catalog.database } } as unknown as Catalog;
  const toc = { pgDumpVersion: '18.0', serverVersion: '18.0', entries: entries.map(entry), entriesAt: 0 };
  const asked = { ...REQUEST, ...request };
  const { kept } = chooseEntries(toc, { replication: true, schemaOnly: false, ...asked });
  return wantedOf(asked, whole, { ...toc, entries: kept });
}

/** A superuser on a server of the same version that has everything. */
export function facts(given: Partial<TargetFacts> = {}): TargetFacts {
  return {
    ...{ serverMajor: 18, serverVersion: '18.0', role: 'me', isSuperuser: true, createsDatabases: true },
    ...{
      createsRoles: true,
      createsSubscriptions: true,
      providerRole: null,
      isStandby: false,
      isTaken: false,
      isUnfinished: false,
    },
    ...{
      knowsEncoding: true,
      knowsIcu: true,
      preloaded: '',
      freeConnections: 100,
      compressions: ['pglz', 'lz4'],
      accessMethods: ['heap'],
      localeProblem: undefined,
      space: undefined,
      given: undefined,
      replaced: undefined,
    },
    roles: new Map([['shop_owner', { isMember: true }]]),
    ...{ tablespaces: new Map(), extensions: new Map(), settings: new Map() },
    ...given,
  };
}

/** A role that may only create databases. */
export function ordinary(given: Partial<TargetFacts> = {}): TargetFacts {
  return facts({ isSuperuser: false, createsRoles: false, createsSubscriptions: false, ...given });
}
