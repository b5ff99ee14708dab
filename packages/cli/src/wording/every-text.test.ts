import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_OPTIONS, say } from '@postgres-backuper/options';
import { describe, expect, test } from 'vitest';
import { SURFACES, speechOf } from '../../../hosts/src/hosts.test-data.ts';
import { ALL_COMMANDS } from '../../../options/src/commands.ts';
import { PACKAGES, sources } from './sources.test-data.ts';

/** Every text of the sources that names an option or a command, with its marks; what else stands in it is `…`. */
const TEXTS = sources().flatMap((file) => {
  const source = readFileSync(join(PACKAGES, file), 'utf8');
  const literals = source.match(/`(?:\\.|\$\{[^{}]*(?:\{[^{}]*\})?[^{}]*\}|[^`\\])*`/g) ?? [];
  const texts = literals.filter((text) => text.includes('${say.')).map((text) => marked(text.slice(1, -1)));
  return texts.filter((text) => !text.includes('${')); // a text inside of a text is not read
});

function marked(template: string): string {
  return template.replace(/\$\{(?:say\.(\w+)\('([\w-]+)'(?:, '([\w=-]+)')?.*?\)|[^{}]*)\}/g, (_, kind, key, value) => {
    if (kind === undefined) return '…';
    return kind === 'option' ? say.option(key, value) : kind === 'given' ? say.given(key) : say.command(key);
  });
}

test('there are such texts', () => {
  expect(TEXTS.length).toBeGreaterThan(70);
});

describe.each(SURFACES)('on %s', (surface, { commands = ALL_COMMANDS, hasFlags = false }) => {
  const speeches = commands.map((command) => speechOf(surface, { command }));

  test('every text is whole, and names flags where there are flags alone', () => {
    const said = new Set(speeches.flatMap(({ text }) => TEXTS.map(text)));
    const bad = hasFlags ? UNSPOKEN : new RegExp(`${UNSPOKEN.source}|${FLAG.source}`);
    expect([...said].filter((text) => bad.test(text))).toEqual([]);
  });

  test('every option and every command has a name of its own', () => {
    for (const { text } of speeches) {
      const options = ALL_OPTIONS.map(([name]) => text(say.option(name)));
      const names = [...options, ...ALL_COMMANDS.map((name) => text(say.command(name)))];
      expect(new Set(names).size).toBe(names.length);
      expect(hasFlags ? [] : names.filter((name) => FLAG.test(name))).toEqual([]);
    }
  });
});

const UNSPOKEN = /[\ufdd0-\ufdef]|undefined|BACKUP_INPUT/;
/** Not one of gpg's. */
const FLAG = /(?<!"[^"]*)--[a-z]/;
