import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { withoutOwnRestriction } from './script-restriction.ts';

const HEADER = '--\n-- PostgreSQL database dump\n--\n\n';

async function changed(script: string, chunkLength = script.length): Promise<string> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < script.length; at += chunkLength) chunks.push(Buffer.from(script.slice(at, at + chunkLength)));
  let text = '';
  for await (const chunk of withoutOwnRestriction(Readable.from(chunks))) text += chunk.toString();
  return text;
}

it.each([1, 7, 5000, 20_000])('makes comments of the lines that pg_dump writes, cut into %i bytes', async (length) => {
  const rows = 'COPY a FROM stdin;\nrow\n\\.\n'.repeat(500);
  const script = `${HEADER}\\restrict Ab1\n\nSELECT 1;\n${rows}\n\\unrestrict Ab1\n\n-- end\n`;
  const expected = `${HEADER}--estrict Ab1\n\nSELECT 1;\n${rows}\n--nrestrict Ab1\n\n-- end\n`;
  expect(await changed(script, length)).toBe(expected);
});

it.each([
  `${HEADER}SELECT 1;\n\\restrict Ab1\n`,
  `${HEADER}\\restrict Ab1\nCOPY a FROM stdin;\n\\restrict Ab1\n\\unrestrict other\n\\.\n`.replace(
    '\\restrict Ab1\n',
    '',
  ),
  '\\unrestrict `cmd`\n',
  '',
])('leaves alone what is no header of pg_dump: %j', async (script) => {
  expect(await changed(script)).toBe(script);
});
