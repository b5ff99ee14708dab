/** A system's package manager and how it names PostgreSQL's client programs. Commands are argument lists. */
export interface Manager {
  readonly program: 'apt-get' | 'dnf' | 'yum' | 'apk' | 'brew';
  readonly needsRoot: boolean;
  packageName(major: number): string;
  /** Fetches the lists of packages, where that is a step of its own. */
  readonly refresh: readonly string[] | undefined;
  /** Ends with status 0 and says something if the package can be installed. */
  knows(name: string): readonly string[];
  install(name: string): readonly string[];
  /** How to add PostgreSQL's own package repository, where it has one for this system. */
  repository(system: System): AddedRepository | undefined;
}

export interface AddedRepository {
  readonly steps: readonly (readonly string[])[];
  /** Written by the steps; removed if they fail, or every later refresh of the system would fail. */
  readonly files: readonly string[];
}

/** From /etc/os-release and uname. */
export interface System {
  /** e.g. `9.4` */
  readonly versionId: string;
  readonly isFedora: boolean;
  /** e.g. `x86_64` */
  readonly machine: string;
}

const APT = [
  'apt-get',
  '-y',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=30',
  '-o',
  'DPkg::Lock::Timeout=60',
];

const apt: Manager = {
  program: 'apt-get',
  needsRoot: true,
  packageName: (major) => `postgresql-client-${major}`,
  refresh: [...APT, 'update'],
  knows: (name) => ['apt-cache', 'show', '--no-all-versions', name],
  install: (name) => [...APT, 'install', '--no-install-recommends', name],
  repository: () => ({
    steps: [
      [...APT, 'install', '--no-install-recommends', 'postgresql-common', 'ca-certificates'],
      ['/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh', '-y'],
      [...APT, '-o', 'APT::Update::Error-Mode=any', 'update'], // otherwise an unreachable repository is a mere warning
    ],
    files: ['/etc/apt/sources.list.d/pgdg.sources', '/etc/apt/sources.list.d/pgdg.list'],
  }),
};

const dnf = (program: 'dnf' | 'yum'): Manager => ({
  program,
  needsRoot: true,
  packageName: (major) => `postgresql${major}`,
  refresh: undefined,
  knows: (name) => [program, '-q', 'list', name],
  install: (name) => [program, '-y', 'install', name],
  repository: ({ versionId, isFedora, machine }) => {
    const release = isFedora ? `F-${versionId}` : `EL-${versionId.split('.')[0]}`;
    const base = 'https://download.postgresql.org/pub/repos/yum/reporpms';
    const name = `pgdg-${isFedora ? 'fedora' : 'redhat'}-repo-latest.noarch.rpm`;
    return { steps: [[program, '-y', 'install', `${base}/${release}-${machine}/${name}`]], files: [] };
  },
});

const apk: Manager = {
  program: 'apk',
  needsRoot: true,
  packageName: (major) => `postgresql${major}-client`,
  refresh: ['apk', 'update'],
  knows: (name) => ['apk', 'search', '--exact', name],
  install: (name) => ['apk', 'add', name],
  repository: () => undefined,
};

const brew: Manager = {
  program: 'brew',
  needsRoot: false,
  packageName: (major) => `postgresql@${major}`,
  refresh: ['brew', 'update'],
  knows: (name) => ['brew', 'info', name],
  install: (name) => ['brew', 'install', name],
  repository: () => undefined,
};

/** In the order in which they are looked for. */
export const MANAGERS: readonly Manager[] = [apt, dnf('dnf'), dnf('yum'), apk, brew];
