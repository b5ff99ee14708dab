import { say } from '@postgres-backuper/base';
import { rolesNamedBy, type TocEntry, tokensOf } from '@postgres-backuper/postgres';
import { type Finding, listed } from './finding.ts';
import { SUPERUSER_KINDS } from './superuser-entries.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** Objects that this role may not create, and labels whose provider the server may lack. Pure. */
export function judgeObjects(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  return [
    ...(facts.isSuperuser ? [] : [...ofSuperusers(wanted, facts), ...defaultsOfOthers(wanted, facts)]),
    ...labels(wanted),
  ];
}

function ofSuperusers({ entries }: Wanted, facts: TargetFacts): readonly Finding[] {
  const found = new Map<(typeof SUPERUSER_KINDS)[number], string[]>();
  for (const entry of entries) {
    const kind = SUPERUSER_KINDS.find((one) => one.holds(entry, facts));
    if (kind === undefined) continue;
    const names = found.get(kind) ?? [];
    names.push(nameOf(entry));
    found.set(kind, names);
  }
  return [...found].map(([{ name, kind, option }, names]): Finding => {
    const solution = `restore as a superuser${option === undefined ? '' : `, or leave them out with ${say.option(option)}`}`;
    if (facts.providerRole === null)
      return {
        kind,
        severity: 'missing',
        what: `role '${facts.role}' may not create ${name}: ${listed(names)}`,
        solution,
        names,
      };
    const what = `only superusers create ${name}, unless the provider of the server allows it: ${listed(names)}`;
    return { kind, severity: 'note', what, solution, names };
  });
}

/** ALTER DEFAULT PRIVILEGES FOR ROLE needs a member of the role. */
function defaultsOfOthers({ entries }: Wanted, facts: TargetFacts): readonly Finding[] {
  const isForeign = (entry: TocEntry): boolean =>
    entry.description === 'DEFAULT ACL' &&
    (facts.roles.get(rolesNamedBy(entry)[0] ?? '')?.isMember ?? entry.owner === facts.role) === false;
  const names = [...new Set(entries.filter(isForeign).map(({ owner }) => owner))];
  if (names.length === 0) return [];
  const what = `role '${facts.role}' may not give default privileges for the roles ${listed(names)}`;
  const solution = `make it a member of them, or restore with ${say.option('noPrivileges')}`;
  return [{ kind: 'grant', severity: 'missing', what, solution, names }];
}

/** No query lists the providers that a server has. */
function labels({ entries, catalog }: Wanted): readonly Finding[] {
  const inDump = entries.filter(({ description }) => description === 'SECURITY LABEL').flatMap(providerOf);
  const providers = [...new Set([...inDump, ...catalog.database.securityLabels.map(({ provider }) => provider)])];
  if (providers.length === 0) return [];
  const what = `security labels need the library of their provider in the server: ${listed(providers)}`;
  return [
    {
      kind: 'security-label',
      severity: 'note',
      what,
      solution: `leave them out with ${say.option('noSecurityLabels')}`,
      names: providers,
    },
  ];
}

/** `SECURITY LABEL FOR provider ON …` */
function providerOf({ definition }: TocEntry): string[] {
  const tokens = tokensOf(definition);
  const names = tokens.filter((_, at) => tokens[at - 1]?.value === 'for' && tokens[at - 2]?.value === 'label');
  return names.map(({ value }) => value);
}

function nameOf({ schema, tag }: TocEntry): string {
  return schema === '' ? tag : `${schema}.${tag}`;
}
