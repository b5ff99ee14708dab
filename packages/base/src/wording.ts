/** Keys of the options that texts of the core packages, the storages or OpenPGP name. */
export type OptionKey =
  | 'acceptNewServer'
  | 'after'
  | 'allowMissingData'
  | 'apply'
  | 'before'
  | 'clientVersion'
  | 'createBucket'
  | 'createRoles'
  | 'dataOnly'
  | 'databaseUrl'
  | 'dedupSecret'
  | 'dbname'
  | 'dropOld'
  | 'dryRun'
  | 'disconnect'
  | 'encryption'
  | 'excludeExtension'
  | 'excludeTableData'
  | 'fileDatabase'
  | 'fileDate'
  | 'fileGlobals'
  | 'force'
  | 'fullEvery'
  | 'hookTimeout'
  | 'host'
  | 'incremental'
  | 'installClient'
  | 'into'
  | 'intoEmpty'
  | 'intoSchema'
  | 'jobs'
  | 'keepMinimum'
  | 'label'
  | 'legacy'
  | 'lastFullBackup'
  | 'level'
  | 'locale'
  | 'localeProvider'
  | 'lockTimeout'
  | 'maintenanceDb'
  | 'maxDuration'
  | 'name'
  | 'noComments'
  | 'noHolderWorks'
  | 'noEventTriggers'
  | 'noLargeObjects'
  | 'noOwner'
  | 'noPolicies'
  | 'noPrivileges'
  | 'noPublications'
  | 'noSecurityLabels'
  | 'noSubscriptions'
  | 'noTablespaces'
  | 'notRestoredFile'
  | 'openpgpProfile'
  | 'output'
  | 'part'
  | 'parts'
  | 'partTimeout'
  | 'passphrase'
  | 'password'
  | 'passwordCommand'
  | 'pgBinDir'
  | 'pauseReplay'
  | 'port'
  | 'privateKey'
  | 'privateKeyPassphrase'
  | 'publicKey'
  | 'repairModes'
  | 'repository'
  | 'resume'
  | 'skipUnchanged'
  | 'transform'
  | 'compareLive'
  | 'liveUrl'
  | 'replace'
  | 'roleMap'
  | 's3AccessKey'
  | 's3Bucket'
  | 's3Endpoint'
  | 's3Region'
  | 's3Ca'
  | 's3SecretKey'
  | 's3Sse'
  | 'schema'
  | 'section'
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
  | 'sshKey'
  | 'sshKnownHosts'
  | 'sshTunnel'
  | 'strict'
  | 'summaryFile'
  | 'table'
  | 'truncate'
  | 'user'
  | 'yieldAfter'
  | 'toOlder';

/** Commands that these texts name. */
export type CommandKey =
  | 'backup'
  | 'cat'
  | 'check'
  | 'export'
  | 'keygen'
  | 'list'
  | 'prune'
  | 'restore'
  | 'setup-bucket'
  | 'setup-client'
  | 'setup-role'
  | 'show'
  | 'undo-swap'
  | 'verify';

/**
 * Names options and commands in a text. A terminal has flags; a CI system has inputs, fields or variables. So the text
 * holds marks, and `spoken` replaces them with the names that the user of the host knows.
 */
export interface Say<Option extends string, Command extends string> {
  /** A noun, e.g. `--into` or `the input 'into'`; with a value, `--encryption none`. Flags need no value. */
  option(key: Option, value?: string): string;
  /** The source of the option's value, as the user wrote it, e.g. `PG_DB`; without a source, the option's name. */
  given(key: Option): string;
  /** A noun, e.g. `'postgres-backuper check'` or `the action 'check'`; `words`: those after the command's name. */
  command(name: Command, options?: { readonly [Key in Option]?: string }, words?: readonly string[]): string;
}

/** The texts that replace the marks. */
export interface Names {
  readonly option: (key: OptionKey, value?: string) => string;
  readonly given: (key: OptionKey) => string;
  readonly command: (
    name: CommandKey,
    options: Readonly<Partial<Record<OptionKey, string>>>,
    words: readonly string[],
  ) => string;
}

/** Unicode noncharacters: no user text holds them by chance. */
const [BEGIN, NEXT, END] = ['\ufdd0', '\ufdd1', '\ufdd2'] as const;
const ANY = `${BEGIN}(?:option|given|command)(?:${NEXT}[^${BEGIN}${NEXT}${END}]*)+${END}`;
const MARK = new RegExp(ANY, 'g');
const PAIR = new RegExp(`(${ANY}) (?:and|or) (${ANY})`, 'g');

/** Only names of these types compile. */
export function createSay<Option extends string, Command extends string>(): Say<Option, Command> {
  return {
    option: (key, value) => mark('option', value === undefined ? [key] : [key, value]),
    given: (key) => mark('given', [key]),
    command: (name, options, words = []) =>
      mark('command', [
        name,
        JSON.stringify(words),
        ...Object.entries((options ?? {}) as Record<string, string>).flat(),
      ]),
  };
}

export const say: Say<OptionKey, CommandKey> = createSay();

function mark(kind: 'option' | 'given' | 'command', parts: readonly string[]): string {
  return `${BEGIN}${kind}${parts.map((part) => `${NEXT}${part}`).join('')}${END}`;
}

/** The text with its marks replaced by these names; two of one place, e.g. of one URL, are named once. */
export function spoken(text: string, names: Names): string {
  if (!text.includes(BEGIN)) return text;
  const name = (one: string): string => nameOf(one, names);
  return text.replace(PAIR, (both, one, other) => (name(one) === name(other) ? one : both)).replace(MARK, name);
}

function nameOf(one: string, names: Names): string {
  const [kind, key = '', ...values] = one.slice(1, -1).split(NEXT);
  if (kind === 'option') return names.option(key as OptionKey, values[0]);
  if (kind === 'given') return names.given(key as OptionKey);
  const [words = '[]', ...options] = values;
  const pairs = options.flatMap((value, index) => (index % 2 === 0 ? [[value, options[index + 1]]] : []));
  return names.command(key as CommandKey, Object.fromEntries(pairs), JSON.parse(words) as string[]);
}
