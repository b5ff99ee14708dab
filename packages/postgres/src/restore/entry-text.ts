import { quotedName } from '../session/quoted-name.ts';
import type { TocEntry } from '../toc/toc.ts';

/** What the statements of an entry depend on besides the entry. */
export interface EntryOptions {
  /** Gives the object to its original owner. */
  readonly owner: boolean;
  /** Puts it into the original's tablespace. */
  readonly tablespaces: boolean;
}

/** SQL of an entry, as text that textOfBytes makes of the dump's bytes. */
export interface EntryText {
  /** Makes the object; '' for an entry that makes none. */
  readonly definition: string;
  /** Gives it to its owner; '' where the object has none. */
  readonly owner: string;
}

/**
 * The statements that pg_restore 14 to 18 sends for an entry (`_printTocEntry` in pg_backup_archiver.c), without those
 * for its session.
 */
export function entryText(entry: TocEntry, { owner, tablespaces }: EntryOptions): EntryText {
  const settings = [
    ...(tablespaces && entry.tablespace !== ''
      ? [`SET LOCAL default_tablespace = ${quotedName(entry.tablespace)};\n`]
      : []),
    ...(entry.accessMethod !== '' && !entry.partitioned
      ? [`SET LOCAL default_table_access_method = ${quotedName(entry.accessMethod)};\n`]
      : []),
  ];
  const method =
    entry.accessMethod !== '' && entry.partitioned
      ? `\nALTER TABLE ${nameOf(entry)} SET ACCESS METHOD ${quotedName(entry.accessMethod)};`
      : '';
  return {
    definition: entry.definition === '' ? '' : `${settings.join('')}${entry.definition}${method}`,
    owner: owner ? ownerStatement(entry) : '',
  };
}

/** Kinds whose DROP statement has what `ALTER … OWNER` needs besides the name. */
const NAMED_BY_DROP = new Set(['AGGREGATE', 'FUNCTION', 'OPERATOR', 'OPERATOR CLASS', 'OPERATOR FAMILY', 'PROCEDURE']);
const NAMED_BY_TAG = new Set([
  ...['COLLATION', 'CONVERSION', 'DOMAIN', 'FOREIGN TABLE', 'MATERIALIZED VIEW', 'SEQUENCE', 'STATISTICS', 'TABLE'],
  ...['TEXT SEARCH DICTIONARY', 'TEXT SEARCH CONFIGURATION', 'TYPE', 'VIEW', 'PROCEDURAL LANGUAGE', 'SCHEMA'],
  ...['EVENT TRIGGER', 'FOREIGN DATA WRAPPER', 'SERVER', 'PUBLICATION', 'SUBSCRIPTION'],
]);

/** '' for kinds that have no owner of their own, and for what the archive does not create. */
function ownerStatement(entry: TocEntry): string {
  const { description, dropStatement, owner } = entry;
  if (owner === '' || dropStatement === '') return '';
  const object = NAMED_BY_DROP.has(description)
    ? dropStatement.replace(/^DROP /, '').replace(/[;\n]+$/, '')
    : NAMED_BY_TAG.has(description)
      ? `${description} ${nameOf(entry)}`
      : '';
  return object === '' ? '' : `ALTER ${object} OWNER TO ${quotedName(owner)};`;
}

function nameOf({ schema, tag }: TocEntry): string {
  return schema === '' ? quotedName(tag) : `${quotedName(schema)}.${quotedName(tag)}`;
}
