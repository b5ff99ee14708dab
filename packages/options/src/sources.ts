import type { Option } from './option.ts';
import { environmentNames, inputName, isSecret, type OptionName } from './options.ts';
import { readSecretFile } from './secret-text.ts';

/** A value as it was written, and the name by which the user gave it. */
export interface Given {
  /** e.g. `--port`, `PG_PORT`, `"port" in the config file`. */
  readonly source: string;
  readonly texts: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The values that the variables of an option give, the nearest first (an input of the job). An empty variable counts as
 * unset, because CI systems pass unset ones as empty. Only problems of the first value, which counts, are reported.
 */
export function* fromEnvironment(
  [name, option]: readonly [OptionName, Option],
  environment: Environment,
  problems: string[],
): Generator<Given, undefined> {
  let told = problems;
  for (const variable of [inputName(name), ...environmentNames(name)]) {
    const text = environment[variable];
    const file = isSecret(option) ? environment[`${variable}_FILE`] : undefined;
    if (text && file) told.push(`${variable} and ${variable}_FILE are both set: keep one`);
    if (text && !(option.many && isEmptyArray(text))) {
      yield { source: variable, texts: separate(option, variable, text, told) };
      told = [];
    } else if (file) {
      const content = readSecretFile(option, { source: `${variable}_FILE`, path: file }, told);
      yield { source: `${variable}_FILE`, texts: content === undefined ? [] : separateKeys(option, content) };
      told = [];
    }
  }
  return undefined;
}

function separate(option: Option, variable: string, text: string, problems: string[]): readonly string[] {
  if (!option.many) return [keyText(option, variable, text, problems)].filter((value) => value !== undefined);
  const values = jsonArray(text);
  if (values === 'broken') problems.push(`${variable} begins like a JSON array but is not one of texts`);
  const texts = values === 'broken' ? [] : (values ?? separateKeys(option, text));
  return texts.map((value) => keyText(option, variable, value, problems)).filter((value) => value !== undefined);
}

/** Whether it is `[]`, which a CI host passes for an empty list; it counts as unset, like an empty text. */
function isEmptyArray(text: string): boolean {
  return /^\s*\[\s*\]\s*$/.test(text);
}

function jsonArray(text: string): readonly string[] | undefined | 'broken' {
  if (!/^\s*\[\s*("|\])/.test(text)) return undefined;
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : 'broken';
  } catch {
    return 'broken';
  }
}

/** Armored keys may be concatenated. */
function separateKeys(option: Option, text: string): readonly string[] {
  if (option.type !== 'key' || !option.many) return [text];
  return text.match(/-----BEGIN PGP [\s\S]*?-----END PGP [A-Z ]+-----/g) ?? [text];
}

/** A key is its text, armored or base64, or the path of a file that holds it. */
function keyText(option: Option, source: string, text: string, problems: string[]): string | undefined {
  if (option.type !== 'key' || text.includes('-----BEGIN')) return text;
  const compact = text.replaceAll(/\\[rn]|\s/g, ''); // also line ends that a variable holds as \n
  const looksBase64 = compact.length > 200 && /^[A-Za-z0-9+/]+=*$/.test(compact);
  return looksBase64 ? compact : readSecretFile(option, { source, path: text }, problems);
}
