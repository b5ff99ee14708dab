import {
  type AnySettings,
  type Environment,
  environmentNames,
  inputName,
  isSecret,
  OPTIONS,
  type OptionName,
  Secret,
} from '@postgres-backuper/options';

/** Variables of this program and of its runs; some hold URLs or headers with a token. */
const OWN_NAMES = /^(BACKUP_|INPUT_|OTEL_)/;
/** Variables with these words in their names hold secrets of other programs. */
const SECRET_WORDS = /PASS(?!WORD_COMMAND)|SECRET|TOKEN|KEY|CREDENTIAL|HEADERS|_URL$|NOTIFY/i;

/** For a command of the user's: all variables, since it may need any of them, except the secrets of this program. */
export function commandEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const own = new Set(secretVariables());
  const passed = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !own.has(name) && !OWN_NAMES.test(name),
  );
  return Object.fromEntries(passed) as Record<string, string>;
}

/** What no text may show of what a command of the user's says. */
export function secretsOf(settings: AnySettings, environment: Environment): readonly string[] {
  const own = Object.values(settings).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
  const isOwn = new Set(secretVariables());
  const others = Object.entries(environment).filter(([name]) => isOwn.has(name) || SECRET_WORDS.test(name));
  const all = [...own, ...others.map(([, value]) => value ?? '')];
  return [...all, ...all.flatMap(passwordsIn)];
}

/** The password in a URL, as it is written and decoded. */
function passwordsIn(text: string): readonly string[] {
  const { password = '' } = URL.parse(text) ?? {};
  if (password === '') return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** Not AWS_*: those are for the command as well. */
function secretVariables(): readonly string[] {
  const options = (Object.keys(OPTIONS) as OptionName[]).filter((name) => isSecret(OPTIONS[name]));
  const names = options.flatMap((name) => [inputName(name), ...environmentNames(name)]);
  return names.filter((name) => !name.startsWith('AWS_'));
}
