/** Privileges on a database. */
export const PRIVILEGES = ['CREATE', 'CONNECT', 'TEMPORARY'] as const;

/** One privilege that one role gave to another. */
export interface Grant {
  readonly grantor: string;
  /** '' is PUBLIC. */
  readonly grantee: string;
  readonly privilege: (typeof PRIVILEGES)[number];
  /** WITH GRANT OPTION. */
  readonly grantable: boolean;
}

/**
 * The same grants in an order in which each grantor may grant: after its own WITH GRANT OPTION; the owner always may.
 * An ACL has no such order. Grants that nothing allows, which no server holds, come last.
 */
export function grantOrder(grants: readonly Grant[], owner: string): Grant[] {
  const allowed = new Set(PRIVILEGES.map((privilege) => `${privilege} ${owner}`));
  const ordered: Grant[] = [];
  let waiting = grants;
  for (let before = -1; before !== ordered.length; ) {
    before = ordered.length;
    const isReady = ({ privilege, grantor }: Grant): boolean => allowed.has(`${privilege} ${grantor}`);
    const ready = waiting.filter(isReady);
    waiting = waiting.filter((grant) => !isReady(grant));
    ordered.push(...ready);
    for (const { privilege, grantee, grantable } of ready) if (grantable) allowed.add(`${privilege} ${grantee}`);
  }
  return [...ordered, ...waiting];
}

/** Differences between the wanted grants and those present, as parts of a sentence; empty without a difference. */
export function grantDifferences(wanted: readonly Grant[], present: readonly Grant[]): string[] {
  const has = new Set(present.map(keyOf));
  const wants = new Set(wanted.map(keyOf));
  return [
    ...wanted.filter((grant) => !has.has(keyOf(grant))).map((grant) => `${describe(grant)} is missing`),
    ...present.filter((grant) => !wants.has(keyOf(grant))).map((grant) => `${describe(grant)} is too much`),
  ];
}

function keyOf({ grantor, grantee, privilege, grantable }: Grant): string {
  return JSON.stringify([grantor, grantee, privilege, grantable]);
}

function describe({ grantor, grantee, privilege, grantable }: Grant): string {
  const whom = grantee === '' ? 'PUBLIC' : `'${grantee}'`;
  return `${privilege} to ${whom}${grantable ? ' with grant option' : ''} by '${grantor}'`;
}
