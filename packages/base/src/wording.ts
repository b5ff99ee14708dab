/** Options that a text of this package, of the storages or of OpenPGP names: their keys in the table of options. */
export type OptionKey =
  | 'acceptNewServer'
  | 'allowMissingData'
  | 'clientVersion'
  | 'databaseUrl'
  | 'dbname'
  | 'dryRun'
  | 'encryption'
  | 'excludeTableData'
  | 'fileDatabase'
  | 'fileGlobals'
  | 'force'
  | 'host'
  | 'installClient'
  | 'into'
  | 'jobs'
  | 'keepMinimum'
  | 'legacy'
  | 'level'
  | 'lockTimeout'
  | 'maxDuration'
  | 'name'
  | 'noLargeObjects'
  | 'noOwner'
  | 'noPrivileges'
  | 'noTablespaces'
  | 'openpgpProfile'
  | 'output'
  | 'passphrase'
  | 'password'
  | 'pgBinDir'
  | 'port'
  | 'privateKey'
  | 'privateKeyPassphrase'
  | 'publicKey'
  | 'repository'
  | 's3AccessKey'
  | 's3Bucket'
  | 's3Endpoint'
  | 's3Region'
  | 's3SecretKey'
  | 's3Sse'
  | 'schema'
  | 'segmentSize'
  | 'sftpHostKey'
  | 'sftpKey'
  | 'sftpKeyPassphrase'
  | 'sftpPassword'
  | 'signerKey'
  | 'signingKey'
  | 'signingKeyPassphrase'
  | 'splitTables'
  | 'stallTimeout'
  | 'summaryFile'
  | 'table'
  | 'user'
  | 'yieldAfter';

/** Commands that such a text names. */
export type CommandKey =
  | 'backup'
  | 'check'
  | 'export'
  | 'keygen'
  | 'list'
  | 'prune'
  | 'restore'
  | 'setup-client'
  | 'verify';

/**
 * Names options and commands inside of a text. A terminal has flags, a CI system has inputs, fields or variables: the text
 * holds a mark, and whoever shows it puts the name there that its user knows (`spoken`).
 */
export interface Say<Option extends string, Command extends string> {
  /** A noun, e.g. `--into` or `the input 'into'`; with a value `--encryption none`. An option that is a flag needs none. */
  option(key: Option, value?: string): string;
  /** Where the option's value comes from, as the user wrote it there, e.g. `PG_DB`; the option's name where it has none. */
  given(key: Option): string;
  /** A noun, e.g. `'postgres-backuper check'` or `the action 'check'`. */
  command(name: Command, options?: { readonly [Key in Option]?: string }): string;
}

/** What stands where the marks are. */
export interface Names {
  readonly option: (key: OptionKey, value?: string) => string;
  readonly given: (key: OptionKey) => string;
  readonly command: (name: CommandKey, options: Readonly<Partial<Record<OptionKey, string>>>) => string;
}

/** Noncharacters of Unicode: no text of a user's holds them by chance. */
const [BEGIN, NEXT, END] = ['\ufdd0', '\ufdd1', '\ufdd2'] as const;
const MARK = new RegExp(`${BEGIN}(option|given|command)((?:${NEXT}[^${BEGIN}${NEXT}${END}]*)+)${END}`, 'g');

/** Names of these types only: another one does not compile. */
export function createSay<Option extends string, Command extends string>(): Say<Option, Command> {
  return {
    option: (key, value) => mark('option', value === undefined ? [key] : [key, value]),
    given: (key) => mark('given', [key]),
    command: (name, options) =>
      mark('command', [name, ...Object.entries((options ?? {}) as Record<string, string>).flat()]),
  };
}

export const say: Say<OptionKey, CommandKey> = createSay();

function mark(kind: 'option' | 'given' | 'command', parts: readonly string[]): string {
  return `${BEGIN}${kind}${parts.map((part) => `${NEXT}${part}`).join('')}${END}`;
}

/** The text with these names in the place of its marks. */
export function spoken(text: string, names: Names): string {
  return text.replace(MARK, (_, kind: string, rest: string) => {
    const [key = '', ...values] = rest.slice(1).split(NEXT);
    if (kind === 'option') return names.option(key as OptionKey, values[0]);
    if (kind === 'given') return names.given(key as OptionKey);
    const pairs = values.flatMap((value, index) => (index % 2 === 0 ? [[value, values[index + 1]]] : []));
    return names.command(key as CommandKey, Object.fromEntries(pairs));
  });
}
