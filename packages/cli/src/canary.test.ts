import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ALL_OPTIONS,
  type CommandName,
  environmentNames,
  isSecret,
  keyName,
  type Option,
  type OptionName,
} from '@postgres-backuper/options';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './run.ts';

const CANARY = 'CaNaRy7secret';
/** Ways to write a secret into a text: bare ones may be names of hosts, databases or folders, which are shown. */
const IN_TEXTS = [
  `postgres://u:${CANARY}@h/d`,
  `s3://key:${CANARY}@bucket/p`,
  `https://${CANARY}@host/path`,
  `host=h password=${CANARY}`,
  `https://host/path?token=${CANARY}`,
];
/** Written to its file even when the command fails. */
const REPORTS = ['resultFile', 'junitFile', 'summaryFile', 'metricsFile', 'dotenvFile'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-canary-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Everything that a command says and writes; `--no-such-option` ends it before it connects to anything. */
async function said(command: CommandName, words: readonly string[], environment: Record<string, string> = {}) {
  const texts: string[] = [];
  const terminal = {
    writeOut: (text: string) => texts.push(text),
    writeError: (text: string) => texts.push(text),
    writeBytes: async () => true,
    interactive: false,
    prompts: false,
    colours: { out: false, error: false },
    width: () => 80,
  };
  const reports = ALL_OPTIONS.filter(([name, { commands }]) => REPORTS.includes(name) && commands.includes(command));
  const files = reports.flatMap(([, { flag }]) => [`--${flag}`, join(folder, `report-${flag}`)]);
  const repository = { BACKUP_REPOSITORY: join(folder, 'r'), HOME: folder };
  const argv = [command, '--no-such-option', ...(words.includes('--json') ? [] : ['--verbose']), ...files, ...words];
  const status = await run(argv, { environment: { ...repository, ...environment }, terminal });
  const written = readdirSync(folder).filter((name) => name.startsWith('report-'));
  return { status, text: [...texts, ...written.map((name) => readFileSync(join(folder, name), 'utf8'))].join('\n') };
}

async function saysNothing(command: CommandName, words: readonly string[], environment: Record<string, string> = {}) {
  const { status, text } = await said(command, words, environment);
  expect(text, `${command} ${words.join(' ')} ${JSON.stringify(environment)}`).not.toContain('CaNaRy');
  expect(status).toBe(2);
}

function valuesFor(option: Option): readonly string[] {
  if (isSecret(option)) return [CANARY, ...IN_TEXTS];
  return option.type === 'text' && option.choices === undefined ? IN_TEXTS : [CANARY];
}

const options = ALL_OPTIONS.filter(([name]) => !REPORTS.includes(name)) as readonly (readonly [OptionName, Option])[];

describe('a secret in the wrong place is not said, nor written into a report', () => {
  test.each(options)('in %s', async (name, option) => {
    const command = option.commands[0] as CommandName;
    for (const value of valuesFor(option)) {
      if (option.flag !== undefined) await saysNothing(command, [`--${option.flag}=${value}`]);
      for (const variable of environmentNames(name)) {
        await saysNothing(command, [], { [variable]: value });
        if (isSecret(option)) await saysNothing(command, [], { [`${variable}_FILE`]: value });
      }
      for (const content of [value, { env: value }, { [value]: 1 }]) {
        const config = join(folder, 'config.json');
        const key = keyName(name, option);
        writeFileSync(config, JSON.stringify({ [key]: content, destinations: [{ [key]: content }] }));
        await saysNothing(command, ['--config', config]);
      }
    }
  });

  test.each(ALL_OPTIONS.filter(([name]) => REPORTS.includes(name)))('in %s', async (_name, { flag, commands }) => {
    for (const value of IN_TEXTS) {
      await saysNothing(commands[0] as CommandName, [`--${flag}=/no/folder/${value}`]).catch((error) => {
        if (!String(error).includes('toBe')) throw error; // given twice is a problem as well
      });
    }
  });

  test.each([
    [`--password=${CANARY}`],
    [`--pasword=${CANARY}`],
    ['--password', CANARY],
    [`-p${CANARY}`],
    [`-${CANARY}`],
    [`--${CANARY}`],
    [`--${CANARY}=x`],
    [CANARY],
    ['a', CANARY, 'c', 'd'],
    [`postgres://u:${CANARY}@h/d`],
    [`s3://k:${CANARY}@b/p`],
    [`password=${CANARY}`],
    ['--', `--password=${CANARY}`],
    [`--notify=https://${CANARY}@h/${CANARY}`],
    ['--notify', `https://hooks.slack.com/${CANARY}`],
    [`https://hooks.slack.com/services/${CANARY}`],
  ])('in the words %j', async (...words) => {
    for (const command of ['backup', 'restore', 'list', 'pin', 'export', 'keygen'] as const) {
      await saysNothing(command, words);
    }
  });

  test.each([
    CANARY,
    `psql postgres://u:${CANARY}@h/d`,
    `postgres://u:${CANARY}@${CANARY}@h/d`,
    `postgres://u:${CANARY}:${CANARY}@h/d`,
    `postgres://u:p/${CANARY}@h/d`,
    `postgres://u:p/${CANARY}/x@h/d`,
    `postgres://u:p?${CANARY}@h/d`,
    'postgres://u:p?CaNaRy=x@h/d',
    'postgres://u:p?x=1&CaNaRy@h/d',
    `postgres://u:p#${CANARY}@h/d`,
    `postgres://u:%zz${CANARY}@h/d`,
    `postgres://u:${CANARY} x@h/d`,
    `postgres://u:${CANARY}\n@h/d`,
    `postgres://u:p@h:${CANARY}/d`,
    `postgres://u@h/d?password=${CANARY}%zz`,
    `postgres://u@h/d?sslpassword=${CANARY}&nonsense=${CANARY}`,
    `mysql://u:${CANARY}@h/d`,
  ])('in the database URL %j', async (url) => {
    await saysNothing('backup', [], { DATABASE_URL: url });
    await saysNothing('list', [], { DATABASE_URL: url });
  });

  test.each([CANARY, 'CaNaRy', `password ${CANARY}`, `passwort=${CANARY}`, `host=h\npassword=${CANARY}\nCaNaRy`])(
    'in a service file with %j',
    async (line) => {
      const path = join(folder, 'services.conf');
      writeFileSync(path, `[one]\n${line}\n`);
      await saysNothing('backup', [], { PGSERVICE: 'one', PGSERVICEFILE: path });
    },
  );

  test('in the place of the command, or in the name of a config file', async () => {
    const { text } = await said(CANARY as CommandName, []);
    expect(text).toContain('is not a command');
    expect(text).not.toContain('CaNaRy');
    await saysNothing('backup', [], { BACKUP_CONFIG: `{"password-file": "${CANARY}"}` });
    const config = join(folder, 'names.json');
    writeFileSync(config, JSON.stringify({ [CANARY]: 1, [`password=${CANARY}`]: 1, destinations: CANARY }));
    await saysNothing('backup', ['--config', config]);
    writeFileSync(config, `{"password-file": ${CANARY}}`);
    await saysNothing('backup', ['--config', config]);
  });
});
