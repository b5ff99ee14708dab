import { readFileSync } from 'node:fs';
import { nearest } from '@postgres-backuper/base';
import type { Option } from './option.ts';
import { keyName } from './option-name.ts';
import { ALL_OPTIONS, isSecret, type OptionName } from './options.ts';
import { readSecretFile } from './secret-text.ts';
import { isOptionLike, shownPath } from './shown.ts';
import type { Environment, Given } from './sources.ts';

/** A config file: options by their names, and destinations that have some of their own. */
export interface ConfigFile {
  readonly given: ReadonlyMap<OptionName, Given>;
  readonly destinations: readonly ReadonlyMap<OptionName, Given>[];
}

interface Reading {
  readonly environment: Environment;
  readonly problems: string[];
}

/** Reads `postgres-backuper.json`. Adds every problem to `problems`. */
export function readConfigFile(path: string, reading: Reading): ConfigFile {
  const content = readObject(path, reading.problems);
  const { destinations = [], ...options } = content;
  const given = readOptions(options, reading);
  if (!Array.isArray(destinations) || !destinations.every(isObject)) {
    reading.problems.push('"destinations" in the config file is not an array of objects');
    return { given, destinations: [] };
  }
  return { given, destinations: destinations.map((destination) => readOptions(destination, reading)) };
}

function readObject(path: string, problems: string[]): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isObject(content)) return content;
    problems.push(`the config file${shownPath(path)} is not a JSON object`);
  } catch (error) {
    const reason =
      error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${(error as { code: string }).code})`;
    problems.push(`the config file${shownPath(path)} ${reason}`);
  }
  return {};
}

function readOptions(content: Record<string, unknown>, reading: Reading): Map<OptionName, Given> {
  const given = new Map<OptionName, Given>();
  for (const [key, value] of Object.entries(content)) {
    const entry = ALL_OPTIONS.find(([name, option]) => key === keyName(name, option));
    if (entry === undefined) reading.problems.push(unknownKey(key));
    else {
      const texts = readTexts(entry[1], key, value, reading);
      if (texts !== undefined) given.set(entry[0], { source: `"${key}" in the config file`, texts });
    }
  }
  return given;
}

function readTexts(option: Option, key: string, value: unknown, reading: Reading): readonly string[] | undefined {
  const source = `"${key}" in the config file`;
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) return undefined; // like an empty variable
  if (values.length > 1 && !option.many) {
    reading.problems.push(`${source} takes one value`);
    return undefined;
  }
  const texts = values.map((one) =>
    isSecret(option) ? secretText({ option, source }, one, reading) : plainText(source, one, reading),
  );
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** A secret is a file's path or `{"env": "NAME"}`: a config file may be committed. */
function secretText(
  { option, source }: { readonly option: Option; readonly source: string },
  value: unknown,
  { environment, problems }: Reading,
): string | undefined {
  if (typeof value === 'string') return readSecretFile(option, { source, path: value }, problems);
  const variable = isObject(value) ? value.env : undefined;
  if (typeof variable !== 'string') problems.push(`${source} is neither the path of a file nor {"env": "NAME"}`);
  else if (!environment[variable]) problems.push(`${source}: the variable of its "env" is not set`);
  else return environment[variable];
  return undefined;
}

function plainText(source: string, value: unknown, { problems }: Reading): string | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  problems.push(`${source} is neither text, number, true nor false`);
  return undefined;
}

function unknownKey(key: string): string {
  const meant = nearest(
    key,
    ALL_OPTIONS.map(([name, option]) => keyName(name, option)),
  );
  const shown = isOptionLike(`--${key}`) ? `"${key}"` : 'a name that is not shown here, since it may hold a secret,';
  return `${shown} in the config file is unknown${meant === undefined ? '' : `: did you mean "${meant}"?`}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
