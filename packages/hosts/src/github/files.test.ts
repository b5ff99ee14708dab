import { ALL_OPTIONS, type OptionName } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { githubFiles } from './files.ts';
import { ACTION_COMMANDS, inputsOf } from './inputs.ts';
import { problemOfNamed, rootInputs } from './root-inputs.ts';

test('an option that is added to the table is an input of the actions of its commands', () => {
  const option = { type: 'text', commands: ['backup'], group: 'Output', help: 'Say \'a\': "b" # c.' } as const;
  const files = githubFiles([...ALL_OPTIONS, ['newThing' as OptionName, option] as const]);
  expect(githubFiles()['actions/backup/action.yml']).not.toContain('new-thing');
  expect(files['actions/backup/action.yml']).toContain(
    `  new-thing:\n    description: ${JSON.stringify(option.help)}\n`,
  );
  expect(files['actions/restore/action.yml']).not.toContain('new-thing');
});

test.each(ACTION_COMMANDS)('%s has inputs by kebab-case names, each once, each with a variable', (command) => {
  const inputs = inputsOf(command);
  const names = inputs.map(({ name }) => name);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, variable } of inputs) expect(variable ?? name).toMatch(/^(backup|BACKUP_[A-Z0-9_]+)$/);
  expect(names).not.toContain('ci');
  expect(names).not.toContain('json');
});

test('every command that makes sense in a job is an action with main, post and node24', () => {
  const files = githubFiles();
  for (const command of ACTION_COMMANDS) {
    expect(files[`actions/${command}/action.yml`]).toContain('  using: node24\n  main: main.cjs\n  post: post.cjs\n');
    expect(files[`actions/${command}/main.cjs`]).toContain(`.prepare('${command}')`);
    expect(files[`actions/${command}/post.cjs`]).toContain(`.post('${command}')`);
  }
});

test('a secret is given as itself, not as the path of a file', () => {
  const names = inputsOf('backup').map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['password', 's3-secret-key', 'public-key', 'database-url']));
  expect(names.filter((name) => /password-file|secret-key-file/.test(name))).toEqual([]);
});

test('the action at the root takes the command and every input of every command, each once', () => {
  const names = rootInputs().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('command');
  expect(new Set(names.slice(1))).toEqual(
    new Set(ACTION_COMMANDS.flatMap((one) => inputsOf(one).map(({ name }) => name))),
  );
  const { 'action.yml': text = '', 'actions/main.cjs': main } = githubFiles();
  expect(text).toContain('  command:\n    description: "What to do: backup, restore,');
  expect(text).toContain('  main: actions/main.cjs\n  post: actions/post.cjs\n');
  expect(/^description: "(.*)"$/m.exec(text)?.[1]?.length, 'of the Marketplace').toBeLessThanOrEqual(125);
  expect(main).toContain("require('../dist/github.cjs').prepareNamed()");
});

test('the action at the root refuses a word that is not a command, and an input that the command does not take', () => {
  const given =
    (...names: readonly string[]) =>
    (name: string) =>
      names.includes(name);
  expect(problemOfNamed('', given())).toMatch(/^the input 'command' must be one of: backup, restore, /);
  expect(problemOfNamed('keygen', given())).toContain('must be one of');
  expect(problemOfNamed('backup', given('command', 'dbname', 'keep-days'))).toBeUndefined();
  expect(problemOfNamed('backup', given('max-age'))).toBe("backup takes no input 'max-age': leave it out");
  expect(problemOfNamed('status', given('into', 'level'))).toBe(
    "status takes no inputs 'into', 'level': leave them out",
  );
});
