import {
  ALL_COMMANDS,
  ALL_OPTIONS,
  choicesNote,
  commandRow,
  environmentNames,
  GROUPS,
  isSecret,
  type Option,
  type OptionName,
} from '@postgres-backuper/options';

const HEADER = `# Options

Generated from the table in packages/options/src; do not edit.

Every option can be given as a flag, as a variable, or in a config file (\`--config postgres-backuper.json\`); the first of
these that has it wins, then the default. Of several variables the first that is set wins; an empty one counts as unset.

**Server and database** are the exception, because a URL and single settings name them together. What is written nearest
to the job wins: a flag, or an input or argument of the CI system; then \`BACKUP_*\`; then the names of the original scripts
(\`PG_*\`); then what other programs read, too (\`DATABASE_URL\`, \`PGSERVICE\` and libpq's variables) and the config file,
of which neither is nearer. Values that a nearer place leaves open come from the next one, unless that names another server
(host and port): then no part of it is used, and a notice says so. Two places of which neither is nearer end with exit
status 2 where they name different servers or databases. A URL and single settings of the same place belong together: there a
\`dbname\`, \`user\` or \`password\` replaces the URL's, so one URL of a server serves many databases.

- **Secrets** are never in an argument. A variable holds the secret itself, \`<VARIABLE>_FILE\` the path of a file with
  it, and the flag takes such a path. A secret is one line of UTF-8 text; a line end after it does not count.
- **Keys** in a variable: armored text, the same in Base64 on one line, or the path of a file. Line ends that the variable
  lost, or holds as \`\\n\`, are put back. Several exports of one key count as one key.
- **Several values**: the flag repeated, or a JSON array in the variable, e.g. \`BACKUP_SCHEMA='["a", "b"]'\`; keys also
  as concatenated armored blocks.
- **Times**: \`90s\`, \`5min\`, \`26h\`, \`30d\`. **Sizes**: \`16MB\` or
  \`16MiB\`, the same: kB, MB, GB and TB are powers of 1024, as in PostgreSQL's settings. **Yes and no**: \`true\`, \`false\`.

A config file holds options by their flags' names without the dashes. A secret in it is the path of a file, or
\`{"env": "NAME"}\`. Two destinations with endpoints and keys of their own:

\`\`\`json
{
  "keep-days": 30,
  "destinations": [
    { "repository": "/var/backups/postgres" },
    {
      "repository": "s3://backups/postgres",
      "s3-endpoint": "https://minio.example",
      "s3-access-key-file": { "env": "SECOND_ACCESS_KEY" },
      "s3-secret-key-file": { "env": "SECOND_SECRET_KEY" }
    }
  ]
}
\`\`\`
`;

/** The reference page docs/options.md. */
export function optionsPage(options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS): string {
  const commands = ALL_COMMANDS.map((name) => {
    const { summary, positional = '' } = commandRow(name);
    return `| \`${[name, positional].join(' ').trim().replaceAll('|', '\\|')}\` | ${summary} |`;
  });
  const sections = GROUPS.map((group) => {
    const entries = options.filter(([, option]) => option.group === group);
    return `## ${group}\n\n${entries.map(entryText).join('\n')}`;
  });
  return [HEADER, `## Commands\n\n| | |\n|---|---|\n${commands.join('\n')}\n`, ...sections].join('\n');
}

function entryText([name, option]: readonly [OptionName, Option]): string {
  const flag = option.flag === undefined ? '(variable only)' : `\`--${option.flag}${placeholder(option)}\``;
  const variables = environmentNames(name).map((variable) => `\`${variable}\``);
  const file = isSecret(option) ? ', each also with `_FILE`' : '';
  const facts = [
    `variables: ${variables.join(', ')}${file}`,
    ...(option.many ? ['several values'] : []),
    ...(option.default === undefined || option.type === 'flag'
      ? []
      : [`default: \`${[option.default].flat().join('`, `')}\``]),
    `commands: ${option.commands.length === ALL_COMMANDS.length ? 'all' : option.commands.join(', ')}`,
  ];
  return `### ${flag === '(variable only)' ? variables[0] : flag}\n\n${[option.help, choicesNote(option)].filter(Boolean).join(' ')}\n\n${facts.map((fact) => `- ${fact}`).join('\n')}\n`;
}

function placeholder({ placeholder }: Option): string {
  return placeholder === undefined ? '' : ` ${placeholder}`;
}
