import { GROUPS, isSecret, type Option, type OptionName, variableOf } from '@postgres-backuper/options';

/** Options that the file sets itself. */
const GIVEN: readonly string[] = ['ci'];
/** What every backup needs, with example values to replace. */
type Examples = Readonly<Partial<Record<OptionName, string>>>;
const EXAMPLES: Examples = {
  databaseUrl: 'postgres://backup:password@127.0.0.1/shop',
  repository: '/var/backups/postgres',
  publicKey: '/etc/postgres-backuper/backup-public.asc',
};

type Entry = readonly [OptionName, Option];

/** The variables of `backup` with values that are `known`, as systemd, Node.js, Docker and kubectl read them: a name and a value a line, no quotes. */
export function environmentFile(options: readonly Entry[], known: Examples = {}): string {
  const examples = { ...EXAMPLES, ...known };
  const offered = options.filter(([name, { commands }]) => commands.includes('backup') && !GIVEN.includes(name));
  const groups = GROUPS.flatMap((group) => {
    const entries = offered.filter(([, option]) => option.group === group);
    return entries.length === 0
      ? []
      : [`\n## ${group}\n\n${entries.map((entry) => entryText(entry, examples)).join('')}`];
  });
  return `# The options of 'backup', made from the table in packages/options/src. One NAME=value a line, without quotes.
# It holds secrets: chmod 600. Every secret can also be the path of a file: NAME_FILE=/path.
# A secret with # (Node.js, so cron), \\ (systemd), $ (Compose) or a quote would be changed: put it into such a file.
# In a URL they are %23, %5C, %24, %27 (') and %22 (").
${groups.join('')}`;
}

function entryText([name, option]: Entry, examples: Examples): string {
  const example = examples[name];
  const preset =
    option.type === 'flag'
      ? 'true'
      : Array.isArray(option.default)
        ? JSON.stringify(option.default)
        : (option.default ?? '');
  const secret = isSecret(option) ? ' A secret.' : '';
  const value = `${variableOf(name)}=${example ?? preset}`;
  return `# ${option.help}${secret}\n${example === undefined ? '#' : ''}${value}\n`;
}
