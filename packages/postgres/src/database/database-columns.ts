/**
 * What a restore does with a column of a shared catalog: `restored` from the backup; `derived` from restored data or
 * the new server; `meaningless` on another server.
 */
export type Fate = 'restored' | 'derived' | 'meaningless';

type Columns = Readonly<Record<string, Fate>>;

/** Every column of pg_database in PostgreSQL 14 to 18. A test compares them with the available servers. */
export const DATABASE_COLUMNS: Columns = {
  oid: 'meaningless',
  datname: 'restored', // unless another name is asked for
  datdba: 'restored',
  encoding: 'restored',
  datlocprovider: 'restored', // from 15 on
  datistemplate: 'restored',
  datallowconn: 'derived', // true: a backup connects
  dathasloginevt: 'derived', // from 17 on: the server sets it with the event trigger, which the dump has
  datconnlimit: 'restored',
  datlastsysoid: 'meaningless', // in 14
  datfrozenxid: 'meaningless',
  datminmxid: 'meaningless',
  dattablespace: 'restored',
  datcollate: 'restored',
  datctype: 'restored',
  daticulocale: 'restored', // in 15 and 16
  datlocale: 'restored', // from 17 on
  daticurules: 'restored', // from 16 on
  datcollversion: 'derived', // from 15 on: of the new server's library, with which indexes are built
  datacl: 'restored',
};

/** Columns of the other shared catalogs that have rows about a database; a test compares them too. */
export const SHARED_COLUMNS: Readonly<Record<string, Columns>> = {
  pg_database: DATABASE_COLUMNS,
  pg_db_role_setting: { setdatabase: 'derived', setrole: 'restored', setconfig: 'restored' },
  pg_shdescription: { objoid: 'derived', classoid: 'derived', description: 'restored' },
  pg_shseclabel: { objoid: 'derived', classoid: 'derived', provider: 'restored', label: 'restored' },
};

/** Columns that a newer server added to pg_database: their values are not in the backup. */
export function unknownColumns(row: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(row).filter((column) => !Object.hasOwn(DATABASE_COLUMNS, column));
}
