import {
  type Catalog,
  type Commit,
  canonicalJson,
  commitKey,
  factsOf,
  invalid,
  isSliced,
  type ObjectEntry,
  SLICES,
  totalsOf,
  wrong,
} from '@postgres-backuper/format';

/**
 * Checks that the commit agrees with the catalog and the list of objects: anyone who may write to the storage can
 * replace the commit. Errors: commit-invalid with the commit's key.
 */
export function checkCommit(commit: Commit, { catalog, objects }: Covered): void {
  const told = {
    ...{ ...factsOf(commit), totals: commit.totals, warnings: commit.warnings, exclusions: commit.exclusions },
    critical: { [SLICES]: commit.critical?.includes(SLICES) === true },
  };
  const { warnings, exclusions } = catalog;
  const counts = { warnings: warnings.length, exclusions: exclusions.length };
  const critical = { [SLICES]: catalog.files.some(isSliced) };
  const found = membersOf({ ...factsOf(catalog.backup), totals: totalsOf(catalog, objects), ...counts, critical });
  const said = membersOf(told);
  for (const field of new Set([...said.keys(), ...found.keys()])) {
    if (found.get(field) === said.get(field)) continue;
    const problem = wrong(field, 'is not what the catalog and the list of objects say');
    throw invalid('commit-invalid', commitKey(commit), problem);
  }
}

export interface Covered {
  readonly catalog: Catalog;
  /** The whole list of objects. */
  readonly objects: Iterable<ObjectEntry>;
}

/** Every field as a text, with the path of its name; nested objects field by field. */
function membersOf(value: object, at = ''): Map<string, string> {
  return new Map(
    Object.entries(value).flatMap(([key, member]: [string, unknown]): [string, string][] => {
      const isObject = typeof member === 'object' && member !== null && !Array.isArray(member);
      return isObject ? [...membersOf(member, `${at}${key}.`)] : [[at + key, canonicalJson(member)]];
    }),
  );
}
