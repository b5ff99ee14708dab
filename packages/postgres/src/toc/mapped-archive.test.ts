import { expect, it } from 'vitest';
import { archiveInteger, archiveString } from './archive-values.ts';
import { mapArchiveRoles } from './mapped-archive.ts';
import { readToc } from './toc.ts';

const NONE = Buffer.from([1, 1, 0, 0, 0]);

/** A custom archive with these entries, as pg_dump of that archive version writes it. */
function archiveOf(
  minor: number,
  entries: readonly { description: string; definition: string; owner: string }[],
): Buffer {
  const head = [Buffer.from('PGDMP'), Buffer.from([1, minor, 0, 4, 8, 1])];
  const compression = minor >= 15 ? Buffer.from([0]) : archiveInteger(0);
  const time = Array.from({ length: 7 }, () => archiveInteger(1));
  const names = ['db', '18.0', '18.0'].map(archiveString);
  const all = entries.map(({ description, definition, owner }, index) => [
    ...[archiveInteger(index + 1), archiveInteger(0), archiveString('2613'), archiveString('77'), archiveString('77')],
    ...[archiveString(description), archiveInteger(2), archiveString(definition), archiveString(''), NONE],
    ...[archiveString(''), archiveString(''), archiveString(''), ...(minor >= 16 ? [archiveInteger(0)] : [])],
    ...[archiveString(owner), archiveString('false'), archiveString('1'), NONE, Buffer.alloc(9, 3)],
  ]);
  return Buffer.concat([...head, compression, ...time, ...names, archiveInteger(entries.length), ...all.flat()]);
}

async function* piecesOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function mappedWhole(archive: Buffer, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of mapArchiveRoles(piecesOf(archive, length), roles)) parts.push(part);
  return Buffer.concat(parts);
}

const roles = new Map([['old', 'a longer name']]);
const ENTRIES = [
  { description: 'BLOB', definition: "SELECT pg_catalog.lo_create('77');", owner: 'old' },
  { description: 'BLOB', definition: "SELECT pg_catalog.lo_create('78');", owner: 'stays' },
  { description: 'ACL', definition: 'GRANT SELECT ON LARGE OBJECT 77 TO old;', owner: 'stays' },
];

it.each([14, 15, 16])('other roles are in the entries of an archive 1.%i, and its data follow', async (minor) => {
  const data = Buffer.from('data of the archive');
  const archive = Buffer.concat([archiveOf(minor, ENTRIES), data]);
  for (const length of [7, 100_000]) {
    const mapped = await mappedWhole(archive, length);
    const toc = readToc(mapped);
    expect(toc?.entries.map(({ definition, owner, dependencies }) => [definition, owner, dependencies])).toEqual([
      ["SELECT pg_catalog.lo_create('77');", 'a longer name', [1]],
      ["SELECT pg_catalog.lo_create('78');", 'stays', [1]],
      ['GRANT SELECT ON LARGE OBJECT 77 TO "a longer name";', 'stays', [1]],
    ]);
    expect(mapped.subarray(toc?.entries.at(-1)?.endsAt)).toEqual(data);
  }
});

it('an archive that ends too soon stays as it is', async () => {
  const archive = archiveOf(16, ENTRIES).subarray(0, 100);
  expect(await mappedWhole(archive, 30)).toEqual(archive);
});
