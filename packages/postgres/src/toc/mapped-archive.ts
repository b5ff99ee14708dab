import { bytesOfText } from '@postgres-backuper/format';
import type { ArchiveToc } from './archive-toc.ts';
import { archiveInteger, INTEGER_BYTES } from './archive-values.ts';
import { mapEntryRoles, type RoleMap } from './map-roles.ts';
import { createTocReader, type TocEntry } from './toc.ts';

/** Offset of the minor version in the header of an archive. */
const MINOR_AT = 6;
/** Archives of this minor version and newer have the kind of relation before the owner. */
const WITH_KIND_OF_RELATION = 16;

/** Fields of an entry from its start, in their order: `i` is an integer, `s` a string, `d` the definition. */
const UNTIL_OWNER = 'iissssidsssss';

/** An archive as it is read, with other roles in its table of contents; rows and large objects stay as they are. */
export async function* mapArchiveRoles(archive: AsyncIterable<Buffer>, roles: RoleMap): AsyncGenerator<Buffer> {
  const reader = createTocReader();
  const head: Buffer[] = [];
  let isMapped = false;
  for await (const chunk of archive) {
    if (isMapped) {
      yield chunk;
      continue;
    }
    head.push(chunk);
    const bytes = Buffer.concat(head);
    const toc = reader.read(bytes);
    if (toc === undefined) continue;
    isMapped = true;
    yield mappedToc({ toc, bytes }, roles);
  }
  if (!isMapped) yield* head; // pg_restore says what is wrong with it
}

/** The beginning of an archive with other roles in each entry. Pure. */
export function mappedToc({ toc, bytes }: ArchiveToc, roles: RoleMap): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const entry of toc.entries) {
    const { definition, owner } = mapEntryRoles(entry, roles);
    if (definition === entry.definition && owner === entry.owner) continue;
    const at = placesOf(bytes, entry);
    parts.push(bytes.subarray(from, at.definition), stringOf(definition));
    parts.push(bytes.subarray(endOfString(bytes, at.definition), at.owner), stringOf(owner));
    from = endOfString(bytes, at.owner);
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

function placesOf(bytes: Buffer, { startsAt }: TocEntry): { readonly definition: number; readonly owner: number } {
  const fields = `${UNTIL_OWNER}${(bytes[MINOR_AT] ?? 0) >= WITH_KIND_OF_RELATION ? 'i' : ''}`;
  let at = startsAt;
  let definition = 0;
  for (const field of fields) {
    if (field === 'd') definition = at;
    at = field === 'i' ? at + INTEGER_BYTES : endOfString(bytes, at);
  }
  return { definition, owner: at };
}

/** A string without a value has a negative length. */
function endOfString(bytes: Buffer, at: number): number {
  const length = bytes[at] === 0 ? bytes.readUInt32LE(at + 1) : 0;
  return at + INTEGER_BYTES + length;
}

function stringOf(text: string): Buffer {
  const bytes = bytesOfText(text);
  return Buffer.concat([archiveInteger(bytes.length), bytes]);
}
