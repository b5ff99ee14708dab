import { say } from '@postgres-backuper/base';
import { type Finding, listed } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted, WantedSetting } from './wanted.ts';

/** Settings that pg_settings does not show, though every server knows them. */
const UNSHOWN = new Set(['role', 'session_authorization', 'seed', 'transaction_isolation', 'transaction_read_only']);
/** Those that pg_settings shows to superusers and pg_read_all_settings alone. */
const HIDDEN = new Set(['session_preload_libraries', 'dynamic_library_path', 'extension_control_path']);
/** Contexts of settings that a database or a role can have for everybody. */
const FOR_ALL = new Set(['user', 'backend']);
/** Contexts of settings that only superusers, and roles with GRANT SET ON PARAMETER, may give. */
const FOR_SUPERUSERS = new Set(['superuser', 'superuser-backend']);

/** Settings of the database that the server does not know or that the role may not set. Pure. */
export function judgeSettings(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  return [...unsettable(wanted, facts), ...ofMissing(wanted, facts), ...ofRoles(wanted, facts)];
}

function unsettable({ settings }: Wanted, facts: TargetFacts): readonly Finding[] {
  const verdicts = new Map(settings.map(({ name }) => [name, verdictOf(name, facts)]));
  const withVerdict = (verdict: string): string[] =>
    [...verdicts].filter(([, one]) => one === verdict).map(([name]) => name);
  const findings: Finding[] = [];
  const unknown = withVerdict('unknown');
  if (unknown.length > 0) {
    const what = `the server does not know settings of the database: ${listed(unknown)}`;
    findings.push({ kind: 'setting', severity: 'missing', what, names: unknown });
  }
  const fixed = withVerdict('fixed');
  if (fixed.length > 0) {
    const what = `on this server no database can have settings of its own for ${listed(fixed)}`;
    findings.push({ kind: 'setting', severity: 'missing', what, names: fixed });
  }
  const refused = withVerdict('refused');
  if (refused.length > 0) {
    const what = `role '${facts.role}' may not set settings of the database: ${listed(refused)}`;
    const grant = facts.serverMajor >= 15 ? ', or let one run GRANT SET ON PARAMETER … TO … first' : '';
    findings.push({
      kind: 'setting',
      severity: 'missing',
      what,
      solution: `restore as a superuser${grant}`,
      names: refused,
    });
  }
  return findings;
}

/** A name with a dot may be of a library that is not loaded: then only superusers may give it a value. */
function verdictOf(name: string, facts: TargetFacts): 'fine' | 'unknown' | 'fixed' | 'refused' {
  const key = name.toLowerCase();
  const known = facts.settings.get(key);
  const isAllowed = facts.isSuperuser || known?.isGranted === true;
  if (known === undefined || known.context === null) {
    if (UNSHOWN.has(key)) return 'fine';
    if (key.includes('.') || (HIDDEN.has(key) && !facts.isSuperuser)) return isAllowed ? 'fine' : 'refused';
    return 'unknown';
  }
  if (FOR_ALL.has(known.context)) return 'fine';
  if (!FOR_SUPERUSERS.has(known.context)) return 'fixed';
  return isAllowed ? 'fine' : 'refused';
}

function ofMissing({ settings, request }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (request.createRoles !== undefined) return [];
  const names = [...new Set(settings.flatMap(({ role }) => role ?? []))].filter((name) => !facts.roles.has(name));
  if (names.length === 0) return [];
  const what = `the server lacks roles that have settings in the database: ${listed(names)}`;
  const solution = `let ${say.option('createRoles')} create them, or name others with ${say.option('roleMap')}`;
  return [{ kind: 'setting', severity: 'missing', what, solution, names }];
}

/** ALTER ROLE … IN DATABASE … SET */
function ofRoles({ settings }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (facts.createsRoles) return [];
  const isForeign = ({ role }: WantedSetting): boolean => role !== null && role !== facts.role && facts.roles.has(role);
  const names = [...new Set(settings.filter(isForeign).flatMap(({ role }) => role ?? []))];
  if (names.length === 0) return [];
  const what = `role '${facts.role}' may not give other roles settings in the database: ${listed(names)}`;
  return [{ kind: 'setting', severity: 'missing', what, solution: 'restore with a role that has CREATEROLE', names }];
}
