import { say } from '@postgres-backuper/base';
import { identifier, passRowPolicies, readEverything, textOf } from '@postgres-backuper/postgres';
import type { FilteredTable, UnreadableLargeObject, UnreadableRelation } from './privilege-queries.ts';

/** Names in a sentence or a statement, at most; of further ones, the number is given. */
const NAMED = 3;

/** `'a', 'b', 'c' and 17 more` */
export function listed(names: readonly string[], rows: readonly { readonly total: number }[]): string {
  const total = rows[0]?.total ?? 0;
  const more = total - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The GRANT statements for the relations; for many relations, one statement that makes everything readable. */
export function grantRelations(role: string, missing: readonly UnreadableRelation[]): string {
  const to = quoted(role);
  if ((missing[0]?.total ?? 0) > NAMED) return `run as superuser: ${textOf(readEverything(role))}`;
  const schemas = [...new Set(missing.filter((row) => !row.schemaUsable).map((row) => quoted(row.schema)))];
  const named = (rows: readonly UnreadableRelation[]) =>
    rows.map((row) => `${quoted(row.schema)}.${quoted(row.name)}`).join(', ');
  const tables = named(missing.filter((row) => !row.readable && row.kind !== 'S'));
  const sequences = named(missing.filter((row) => !row.readable && row.kind === 'S'));
  const statements = [
    schemas.length > 0 && `GRANT USAGE ON SCHEMA ${schemas.join(', ')} TO ${to}`,
    tables !== '' && `GRANT SELECT ON TABLE ${tables} TO ${to}`,
    sequences !== '' && `GRANT SELECT ON SEQUENCE ${sequences} TO ${to}`,
  ];
  return `run as owner or superuser: ${statements.filter((text) => text !== false).join('; ')}`;
}

function quoted(name: string): string {
  return textOf(identifier(name));
}

export function grantLargeObjects(role: string, missing: readonly UnreadableLargeObject[]): string {
  const to = quoted(role);
  if ((missing[0]?.total ?? 0) > NAMED) {
    return `run as superuser the SQL of ${say.command('setup-role', {}, [role])}, or leave them out with ${say.option('noLargeObjects')}`;
  }
  const oids = missing.map(({ oid }) => oid).join(', ');
  return `run as owner or superuser: GRANT SELECT ON LARGE OBJECT ${oids} TO ${to}, or leave them out with ${say.option('noLargeObjects')}`;
}

export function passRowSecurity(role: string, filtered: readonly FilteredTable[]): string {
  const forced = filtered.every((table) => table.forced) && filtered.length === filtered[0]?.total;
  const bypass = `run as superuser: ${textOf(passRowPolicies(role))}`;
  if (!forced || filtered.length > NAMED) return bypass;
  const tables = filtered.map((table) => `${quoted(table.schema)}.${quoted(table.name)}`);
  return `${bypass}, or lift FORCE ROW LEVEL SECURITY on ${tables.join(', ')}`;
}
