import { say } from '@postgres-backuper/base';
import { type Finding, listed } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/**
 * Extensions whose library the server must load at its start. `creates`: CREATE EXTENSION fails without it; else the
 * extension is created and does not work.
 */
const PRELOADED: Readonly<Record<string, { readonly library: string; readonly creates: boolean }>> = {
  ...{ pg_cron: { library: 'pg_cron', creates: true }, timescaledb: { library: 'timescaledb', creates: true } },
  ...{ citus: { library: 'citus', creates: true }, pgaudit: { library: 'pgaudit', creates: true } },
  ...{ pglogical: { library: 'pglogical', creates: true }, pg_net: { library: 'pg_net', creates: false } },
  ...{
    pg_squeeze: { library: 'pg_squeeze', creates: false },
    pg_qualstats: { library: 'pg_qualstats', creates: false },
  },
  pg_stat_statements: { library: 'pg_stat_statements', creates: false },
  pg_stat_kcache: { library: 'pg_stat_kcache', creates: false },
  pg_stat_monitor: { library: 'pg_stat_monitor', creates: false },
  pg_wait_sampling: { library: 'pg_wait_sampling', creates: false },
};

/** Extensions that are missing, of another version, refused to the role, or without their library. Pure. */
export function judgeExtensions(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  return [
    ...unknown(wanted),
    ...missing(wanted, facts),
    ...refused(wanted, facts),
    ...libraries(wanted, facts),
    ...versions(wanted, facts),
  ];
}

function unknown({ unknownExtensions: names }: Wanted): readonly Finding[] {
  if (names.length === 0) return [];
  const what = `the backup has no extensions ${listed(names)}, so none is left out by these names`;
  return [{ kind: 'extension', severity: 'note', what, names }];
}

function missing({ extensions }: Wanted, facts: TargetFacts): readonly Finding[] {
  const gone = extensions.filter(({ name }) => !facts.extensions.has(name));
  if (gone.length === 0) return [];
  const names = gone.map(({ name }) => name);
  const what = `the server lacks the extensions that the backup needs: ${listed(names)}`;
  const solution = `install their packages on the database server, then restore again, or leave them out with ${say.option('excludeExtension')}`;
  return [{ kind: 'extension', severity: 'blocks', code: 'extension-missing', what, solution, names }];
}

/** plpgsql is in every new database. */
function refused({ extensions }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (facts.isSuperuser) return [];
  const names = extensions
    .filter(({ name }) => name !== 'plpgsql' && facts.extensions.get(name)?.needsSuperuser === true)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const solution = `restore as a superuser, or leave them out with ${say.option('excludeExtension')}`;
  if (facts.providerRole !== null) {
    const what = `only superusers create the extensions ${listed(names)}, unless the provider of the server allows them`;
    return [{ kind: 'extension', severity: 'note', what, solution, names }];
  }
  const what = `role '${facts.role}' may not create the extensions ${listed(names)}: only superusers do`;
  return [{ kind: 'extension', severity: 'missing', what, solution, names }];
}

function libraries({ extensions }: Wanted, { preloaded }: TargetFacts): readonly Finding[] {
  const loaded = preloaded?.split(',').map((name) => name.trim().replaceAll('"', '').replace(/^.*\//, ''));
  return extensions.flatMap(({ name }): Finding[] => {
    const needed = PRELOADED[name];
    if (needed === undefined || loaded?.includes(needed.library)) return [];
    const solution = `add '${needed.library}' to shared_preload_libraries and restart the server`;
    if (loaded === undefined) {
      const what = `extension '${name}' needs its library in shared_preload_libraries, which the role may not read`;
      return [{ kind: 'library', severity: 'note', what, solution }];
    }
    const what = `extension '${name}' ${needed.creates ? 'cannot be created' : 'will not work'}: the server did not load its library`;
    return [{ kind: 'library', severity: needed.creates ? 'missing' : 'note', what, solution }];
  });
}

function versions({ extensions }: Wanted, facts: TargetFacts): readonly Finding[] {
  const differing = extensions.flatMap(({ name, version }) => {
    const now = facts.extensions.get(name)?.version;
    return now === undefined || now === version ? [] : [`'${name}' (${version}, here ${now})`];
  });
  if (differing.length === 0) return [];
  return [
    { kind: 'extension', severity: 'note', what: `extensions have another version here: ${differing.join(', ')}` },
  ];
}
