import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** Words of a dialect, each with the plain ones. The words for things are in docs/glossary.md. */
const DIALECT: readonly (readonly [RegExp, string])[] = [
  [/\b(goes|go|went) on\b/i, 'continue'],
  [/\bnothing of (a|it|the|them|what)\b/i, 'no part of, nothing about'],
  [/\b(is|are|was|were|be) told\b(?! apart)/i, 'reported'],
  [/\btells\b(?! you)/i, 'reports, says'],
  [/\bso many\b/i, 'at least, up to'],
  [/\b(one|each) behind the other\b/i, 'concatenated, in order'],
  [/\bbehind (it|its|them)\b/i, 'after'],
  [/\b(leave|leaves|left) away\b/i, 'leave out'],
  [/\bsuch a one\b/i, 'the noun itself'],
  [/\bwants? to be\b/i, 'must be'],
  [/\blies (in|on|outside|there|where|elsewhere)\b|\blie (in|on|elsewhere)\b/i, 'is, are'],
  [/\b(is|was) said otherwise\b|\bunless \S+ \S+ is said\b/i, 'unless given'],
  [
    /(?<!there )\bis no (complete|directory|folder|JSON|key|list|object|ordinary|path|plain|regular|text|UTF-8|whole)\b/i,
    'is not',
  ],
  [/\bhalf-made\b/i, 'unfinished'],
  [/\brotat(e|es|ed|ing|ion|ions)\b/i, 'prune'],
];
/** The names of Airflow's tasks are not translated. */
const NAMES = /backup → verify → rotate/;

function inDialect(path: string, texts: readonly string[]): string[] {
  return texts
    .filter((text) => !NAMES.test(text))
    .flatMap((text) =>
      DIALECT.flatMap(([words, plain]) => (words.test(text) ? [`${path}: ${text.trim()} (${plain})`] : [])),
    );
}

test('the pages say it in plain English', async () => {
  const found: string[] = [];
  for await (const path of glob(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/*.md', 'docs/hosts/**/*.md'], {
    cwd: root,
  }))
    found.push(...inDialect(path, (await readFile(join(root, path), 'utf8')).split('\n')));
  expect(found).toEqual([]);
});

test('the texts of the program say it in plain English', async () => {
  const found: string[] = [];
  for await (const path of glob('packages/*/src/**/*.ts', { cwd: root })) {
    if (/\.test(-data)?\.ts$|^packages\/testing/.test(path)) continue;
    const code = (await readFile(join(root, path), 'utf8')).replaceAll(/^\s*(\/\*\*|\*|\/\/).*$| \/\/ .*$/gm, '');
    found.push(...inDialect(path, code.match(/'[^'\n]* [^'\n]*'|"[^"\n]* [^"\n]*"|`[^`\n]* [^`\n]*`/g) ?? []));
  }
  expect(found).toEqual([]);
});
