import { BackuperError, type ErrorCode } from '@postgres-backuper/base';
import type { Session } from '@postgres-backuper/postgres';
import type { ServerFacts } from './facts.ts';
import { grantLargeObjects, grantRelations, listed, passRowSecurity } from './grants.ts';
import { type Findings, looked } from './items.ts';
import {
  FILTERED_TABLES,
  type FilteredTable,
  UNREADABLE_RELATIONS,
  type UnreadableLargeObject,
  type UnreadableRelation,
  unreadableLargeObjects,
} from './privilege-queries.ts';

interface PrivilegeCheck {
  readonly session: Session;
  readonly facts: ServerFacts;
  /** True: missing privileges are only warnings. */
  readonly isPartial: boolean;
  /** False: the dump excludes them. */
  readonly largeObjects: boolean;
}

/** Checks that the role may read all tables, sequences and large objects, without row security policies. */
export async function checkPrivileges(check: PrivilegeCheck, findings: Findings): Promise<void> {
  const { session, facts } = check;
  await looked(findings, 'privileges', async () => {
    const relations = await session.query<UnreadableRelation>(UNREADABLE_RELATIONS);
    const objects = check.largeObjects
      ? await session.query<UnreadableLargeObject>(unreadableLargeObjects(facts.serverMajor))
      : undefined;
    const filtered = await session.query<FilteredTable>(FILTERED_TABLES);
    reportRelations(check, relations, findings);
    if (objects !== undefined) reportLargeObjects(check, objects, findings);
    reportRowSecurity(check, filtered, findings);
  });
}

function reportRelations(check: PrivilegeCheck, missing: readonly UnreadableRelation[], findings: Findings): void {
  if (missing.length === 0) {
    findings.ok('privileges', `the role can read all tables (${check.facts.tables}) and all sequences`);
    return;
  }
  const names = missing.map((relation) => `'${relation.schema}.${relation.name}'`);
  const kinds = new Set(missing.map(({ kind }) => (kind === 'S' ? 'sequences' : 'tables')));
  const text = `role '${check.facts.role}' cannot read ${[...kinds].join(' and ')} ${listed(names, missing)}`;
  report(check, findings, {
    what: 'privileges',
    code: 'privilege-missing',
    text,
    hint: grantRelations(check.facts.role, missing),
  });
}

function reportLargeObjects(check: PrivilegeCheck, missing: readonly UnreadableLargeObject[], findings: Findings) {
  if (missing.length === 0) {
    findings.ok('large objects', 'the role can read all of them');
    return;
  }
  const oids = missing.map(({ oid }) => oid);
  report(check, findings, {
    what: 'large objects',
    code: 'privilege-missing',
    text: `role '${check.facts.role}' cannot read large objects ${listed(oids, missing)}`,
    hint: grantLargeObjects(check.facts.role, missing),
  });
}

function reportRowSecurity(check: PrivilegeCheck, filtered: readonly FilteredTable[], findings: Findings): void {
  if (filtered.length === 0) {
    findings.ok('row security', 'no policy hides rows from the role');
    return;
  }
  const names = filtered.map((table) => `'${table.schema}.${table.name}'`);
  report(check, findings, {
    what: 'row security',
    code: 'row-security',
    text: `policies would hide rows of ${listed(names, filtered)} from role '${check.facts.role}'`,
    hint: passRowSecurity(check.facts.role, filtered),
  });
}

interface Missing {
  readonly what: string;
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint: string;
}

function report({ isPartial }: PrivilegeCheck, findings: Findings, { what, code, text, hint }: Missing): void {
  if (isPartial) findings.warning(what, `${text}, if they are among what is asked for`, hint);
  else findings.problem(what, new BackuperError(code, text, { hint }));
}
