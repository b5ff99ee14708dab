/**
 * What a command works with. `server`: settings of a server; `connection`: it always connects to it; `repository`: backups;
 * `lasting`: the repository must outlive the job, and others may read what the job was given, e.g. as an artifact;
 * `keys`: it encrypts or decrypts; `signer`: it signs.
 */
export type Need = 'server' | 'connection' | 'repository' | 'lasting' | 'keys' | 'signer';

/** The systems for which a command has files of its own. Forgejo and Gitea run GitHub's. */
type Offering = 'github' | 'gitlab' | 'teamcity' | 'airflow';

interface CommandRow {
  readonly summary: string;
  /** The heading of its report. */
  readonly title: string;
  /** The words after its name, e.g. `LABEL|latest`; optional ones in brackets. */
  readonly positional?: string;
  readonly needs: readonly Need[];
  readonly on: readonly Offering[];
  /** What later steps of a job can read, besides the whole result. */
  readonly outputs: readonly string[];
  /** Standard output is data of the user's: no log of a host and no JSON document stands in it. */
  readonly writesData?: true;
}

/** The only list of commands, in the order of the help. */
export const COMMANDS = {
  backup: {
    summary: 'Make an encrypted backup, confirm it, delete expired ones.',
    title: 'PostgreSQL backup',
    needs: ['server', 'connection', 'repository', 'lasting', 'keys', 'signer'],
    on: ['github', 'gitlab', 'teamcity', 'airflow'],
    outputs: ['label', 'repository', 'size', 'duration'],
  },
  restore: {
    summary: 'Bring a backup back into a new database.',
    title: 'PostgreSQL restore',
    positional: '[LABEL|latest|FILE]',
    needs: ['server', 'connection', 'repository', 'keys'],
    on: ['github', 'gitlab', 'teamcity', 'airflow'],
    outputs: ['label', 'restored-database', 'duration'],
  },
  'undo-swap': {
    summary: 'Give a database that a restore replaced its name back.',
    title: 'Undo of a replacement',
    positional: 'NAME [DATABASE]',
    needs: ['server', 'connection'],
    on: [],
    outputs: [],
  },
  list: {
    summary: 'Show the backups, newest first.',
    title: 'Backups',
    needs: ['repository'],
    on: ['github', 'teamcity'],
    outputs: [],
  },
  verify: {
    summary: 'Prove a backup: objects, contents, or a restore into a scratch database.',
    title: 'Verification of backups',
    positional: '[LABEL|latest]',
    needs: ['server', 'repository', 'keys', 'signer'],
    on: ['github', 'gitlab', 'teamcity', 'airflow'],
    outputs: ['label', 'repository', 'duration'],
  },
  prune: {
    summary: 'Delete expired backups.',
    title: 'Pruning of backups',
    needs: ['repository', 'lasting', 'signer'],
    on: ['github', 'teamcity', 'airflow'],
    outputs: [],
  },
  pin: {
    summary: 'Keep a backup until it is unpinned.',
    title: 'pin',
    positional: 'LABEL|latest',
    needs: ['repository', 'lasting', 'signer'],
    on: [],
    outputs: [],
  },
  unpin: {
    summary: 'Let a pinned backup expire again.',
    title: 'unpin',
    positional: 'LABEL|latest',
    needs: ['repository', 'lasting', 'signer'],
    on: [],
    outputs: [],
  },
  check: {
    summary: 'Find out everything that would stop a backup, before it starts.',
    title: 'Check before a backup',
    needs: ['server', 'connection', 'repository', 'lasting', 'keys', 'signer'],
    on: ['github', 'teamcity', 'airflow'],
    outputs: [],
  },
  status: {
    summary: 'Exit 1 when the newest good backup is too old.',
    title: 'Status of backups',
    needs: ['repository', 'lasting'],
    on: ['github', 'gitlab', 'teamcity', 'airflow'],
    outputs: ['label', 'repository'],
  },
  log: {
    summary: 'Show who deleted, pinned, verified or restored which backup, when, why, and from which job.',
    title: 'Log of backups',
    needs: ['repository'],
    on: [],
    outputs: [],
  },
  report: {
    summary: 'Write one page about all backups: calendar, sizes, proof, retention, forecast.',
    title: 'Report on backups',
    needs: ['repository', 'keys'],
    on: ['github'],
    outputs: [],
  },
  keygen: {
    summary: 'Make a key pair for encryption.',
    title: 'keygen',
    needs: [],
    on: [],
    outputs: [],
  },
  init: {
    summary:
      'Make keys and the files of a first backup for a CI system or a machine, say what to set where, and check.',
    title: 'First backup',
    positional: '[SYSTEM]',
    needs: [],
    on: [],
    outputs: [],
  },
  rekey: {
    summary: 'Give backups to new recipients, without decrypting the data.',
    title: 'Backups for new recipients',
    positional: '[LABEL]',
    needs: ['repository', 'lasting', 'keys', 'signer'],
    on: [],
    outputs: [],
  },
  copy: {
    summary: 'Copy a backup, with the full of a differential, to another repository.',
    title: 'Copy of a backup',
    positional: 'LABEL|latest',
    needs: ['repository', 'lasting'],
    on: ['github'],
    outputs: [],
  },
  export: {
    summary: 'Write a backup as a plain pg_dump directory.',
    title: 'export',
    positional: '[LABEL|latest] DIR',
    needs: ['repository', 'keys'],
    on: [],
    outputs: [],
  },
  show: {
    summary: 'Show what a backup holds: tables with rows and sizes, extensions, roles, the database.',
    title: 'Contents of a backup',
    positional: '[LABEL|latest]',
    needs: ['repository', 'keys'],
    on: [],
    outputs: [],
  },
  diff: {
    summary: 'Show what differs between two backups: tables, columns, objects.',
    title: 'Two backups compared',
    positional: 'LABEL|latest LABEL|latest',
    needs: ['repository', 'keys'],
    on: [],
    outputs: [],
  },
  cat: {
    summary: 'Write the rows of one table to standard output, without a server.',
    title: 'Rows of a table',
    positional: '[LABEL|latest] TABLE',
    needs: ['repository', 'keys'],
    on: [],
    outputs: [],
    writesData: true,
  },
  notify: {
    summary: 'Send a test message to each service that gets messages.',
    title: 'Test of notifications',
    needs: [],
    on: [],
    outputs: [],
  },
  import: {
    summary: 'Make a backup of an old file: a dump of the original scripts, of pg_dump or pg_dumpall.',
    title: 'Import of an old file',
    positional: 'FILE',
    needs: ['server', 'repository', 'lasting', 'keys', 'signer'],
    on: [],
    outputs: [],
  },
  'setup-client': {
    summary: 'Find or install the PostgreSQL programs that fit the server.',
    title: 'PostgreSQL client programs',
    needs: ['server', 'connection'],
    on: ['github', 'teamcity'],
    outputs: ['version', 'bin-dir'],
  },
  'setup-role': {
    summary: 'Print the SQL of a role that can back up and nothing else, or run it.',
    title: 'Role for backups',
    positional: '[ROLE]',
    needs: ['server'],
    on: [],
    outputs: [],
  },
  'setup-bucket': {
    summary: 'Print the policies of the keys to an S3 bucket, or set its versioning and lifecycle.',
    title: 'Bucket for backups',
    positional: '[backup|restore|prune|setup-bucket]',
    needs: ['repository'],
    on: [],
    outputs: [],
  },
} as const satisfies Record<string, CommandRow>;

type Rows = typeof COMMANDS;
export type CommandName = keyof Rows;

export type CommandsThatNeed<N extends Need> = {
  [C in CommandName]: N extends Rows[C]['needs'][number] ? C : never;
}[CommandName];
export type CommandsOn<O extends Offering> = {
  [C in CommandName]: O extends Rows[C]['on'][number] ? C : never;
}[CommandName];
type Reporting = { [C in CommandName]: Rows[C] extends { writesData: true } ? never : C }[CommandName];
/** The commands whose standard output is a report: all that do not write data there. */
export const REPORTING_COMMANDS = (Object.keys(COMMANDS) as CommandName[]).filter(
  (command): command is Reporting => !writesData(command),
);
/** The commands that take a word after their name. */
export type TargetedCommand = { [C in CommandName]: Rows[C] extends { positional: string } ? C : never }[CommandName];
export type OutputName = Rows[CommandName]['outputs'][number];

export const ALL_COMMANDS = Object.keys(COMMANDS) as CommandName[];

/** The row of a command, as the general type. */
export function commandRow(command: CommandName): CommandRow {
  return COMMANDS[command];
}

export function needs<N extends Need>(command: CommandName, need: N): command is CommandsThatNeed<N> {
  return commandRow(command).needs.includes(need);
}

export function commandsThatNeed<N extends Need>(need: N): readonly CommandsThatNeed<N>[] {
  return ALL_COMMANDS.filter((command) => needs(command, need));
}

export function isOn<O extends Offering>(command: CommandName, offering: O): command is CommandsOn<O> {
  return commandRow(command).on.includes(offering);
}

export function commandsOn<O extends Offering>(offering: O): readonly CommandsOn<O>[] {
  return ALL_COMMANDS.filter((command) => isOn(command, offering));
}

/** Whether its standard output is data of the user's. */
export function writesData(command: CommandName): boolean {
  return commandRow(command).writesData === true;
}

export function takesTarget(command: CommandName): command is TargetedCommand {
  return commandRow(command).positional !== undefined;
}
