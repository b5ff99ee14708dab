import { expect, test } from 'vitest';
import { parseListing } from './parse-listing.ts';

const page = (inner: string, truncated = '<IsTruncated>false</IsTruncated>'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix><KeyCount>1</KeyCount>${truncated}${inner}</ListBucketResult>`;
const object = '<Key>a</Key><Size>4</Size>';

test('objects are read with size, time and ETag, and what is nested in them is passed over', () => {
  const owner = '<Owner><ID>1</ID><Key>no</Key></Owner><StorageClass>STANDARD</StorageClass>';
  const inner = `<Contents><Key>a&amp;b</Key><LastModified>2026-03-15T12:00:00.500Z</LastModified><ETag>&quot;0f&#34;</ETag><Size>4</Size>${owner}</Contents>`;
  const storedAt = Date.UTC(2026, 2, 15, 12, 0, 0, 500);
  expect(parseListing(page(inner))).toEqual({
    objects: [{ key: 'a&b', sizeBytes: 4, storedAt, etag: '"0f"' }],
    prefixes: [],
    next: undefined,
  });
});

const USUAL =
  '<Contents><Key>a/b.json</Key><LastModified>2026-11-30T01:03:37.436Z</LastModified><ETag>&#34;48d65c158520bde15d4974d631b670f2&#34;</ETag><Size>967</Size><StorageClass>STANDARD</StorageClass></Contents>';

test('an object as MinIO writes it gives the same in one piece and piece by piece', () => {
  const other = USUAL.replace('<Key>', '\n<Key>');
  const objects = parseListing(page(USUAL + other + USUAL))?.objects ?? [];
  const storedAt = Date.UTC(2026, 10, 30, 1, 3, 37, 436);
  const [first] = objects;
  expect(first).toEqual({ key: 'a/b.json', sizeBytes: 967, storedAt, etag: '"48d65c158520bde15d4974d631b670f2"' });
  expect(objects).toEqual([first, first, first]);
});

test('folders, empty elements and the token of the next page are read', () => {
  const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>n=&lt;1&gt;</NextContinuationToken>';
  const inner = '<Delimiter/><CommonPrefixes>\n  <Prefix>p/a/</Prefix>\n</CommonPrefixes>';
  expect(parseListing(page(inner, more))).toEqual({ objects: [], prefixes: ['p/a/'], next: 'n=<1>' });
});

test.each([
  ['nothing', ''],
  ['a web page', '<!DOCTYPE html><html><body>hello</body></html>'],
  ['an error with status 200', '<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>'],
  ['a page that breaks off', page(`<Contents>${object}</Contents>`).slice(0, -9)],
  ['a break within an element', page(`<Contents>${object}</Contents>`).slice(0, -40)],
  ['a second document', page('') + page('')],
  ['text after the document', `${page('')}x`],
  ['a comment', page('<!-- <Contents/> -->')],
  ['CDATA', page('<Contents><Key><![CDATA[a]]></Key><Size>4</Size></Contents>')],
  ['an unknown entity', page(`<Contents><Key>&x;</Key><Size>4</Size></Contents>`)],
  ['a bare ampersand', page(`<Contents><Key>a&b</Key><Size>4</Size></Contents>`)],
  ['elements that cross', page('<Contents><Key>a</Contents></Key>')],
  ['an object without a key', page('<Contents><Size>4</Size></Contents>')],
  ['an object without a size', page('<Contents><Key>a</Key></Contents>')],
  ['a size that is no number', page('<Contents><Key>a</Key><Size>4e2</Size></Contents>')],
  ['a time that is none', page(`<Contents>${object}<LastModified>today</LastModified></Contents>`)],
  ['a time of the usual form that is none', page(USUAL.replace('-11-30', '-13-30'))],
  ['a usual object outside of the document', page('') + USUAL],
  ['a usual object within another element', page(`<Contents>${object}<Owner>${USUAL}</Owner></Wrong>`)],
  ['no word about more pages', page(`<Contents>${object}</Contents>`, '')],
  ['more pages without a token', page('', '<IsTruncated>true</IsTruncated>')],
])('%s is no listing that can be read here', (_, text) => {
  expect(parseListing(text)).toBeUndefined();
});
