import type { Toc, TocEntry } from '@postgres-backuper/postgres';
import { readableText } from '../restore/table-names.ts';
import type { Change } from './compare-tables.ts';

export interface ComparedObject {
  /** As pg_dump calls it: `INDEX`, `FUNCTION`, `FK CONSTRAINT`, … */
  readonly kind: string;
  readonly schema: string;
  /** With the table, where it belongs to one: `orders orders_pkey`. */
  readonly name: string;
  /** `changed`: other definition or owner. */
  readonly change: Exclude<Change, 'same'>;
}

/** A table of contents with the encoding of its texts. */
export interface EncodedToc {
  readonly toc: Toc;
  readonly encoding: string;
}

/** Contents, settings of the archive, and the database itself, whose properties are in the catalog. */
const NO_OBJECTS =
  /^(TABLE DATA|SEQUENCE SET|BLOBS?|BLOB METADATA|LARGE OBJECTS?|STATISTICS DATA|ENCODING|STDSTRINGS|SEARCHPATH|DATABASE( PROPERTIES)?)$/;

/** The objects that differ, by kind and name. Objects with the same kind and name, as operators, count as one. Pure. */
export function compareObjects(before: EncodedToc, after: EncodedToc): readonly ComparedObject[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((key) => {
    const change = changeOf(old.get(key), now.get(key));
    if (change === undefined) return [];
    const [kind = '', schema = '', name = ''] = key.split('\0');
    return [{ kind, schema, name, change }];
  });
}

function changeOf(old: string | undefined, now: string | undefined): ComparedObject['change'] | undefined {
  if (old === now) return undefined;
  if (old === undefined) return 'new';
  return now === undefined ? 'gone' : 'changed';
}

/** The definitions of each name, in their order. */
function byName({ toc, encoding }: EncodedToc): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of toc.entries) {
    if (NO_OBJECTS.test(entry.description)) continue;
    const key = [entry.description, entry.schema, entry.tag].map((part) => readableText(part, encoding)).join('\0');
    found.set(key, (found.get(key) ?? '') + textOf(entry, encoding));
  }
  return found;
}

function textOf({ definition, owner }: TocEntry, encoding: string): string {
  return `${readableText(owner, encoding)}\0${readableText(definition, encoding)}\0`;
}
