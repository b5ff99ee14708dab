import { numberOf, say } from '@postgres-backuper/base';
import type { LeftOutEntry } from './choose-entries.ts';
import type { LeftOutReason } from './entry-rules.ts';
import { listed } from './target/finding.ts';

/** What is said of the entries that were left out for a reason; undefined: nothing, since the option says it all. */
const TEXTS: Readonly<Record<LeftOutReason, ((names: readonly string[]) => string) | undefined>> = {
  selection: undefined, // what was not selected
  schemaOnly: undefined,
  section: ({ length }) => `${numberOf(length, 'object')} of other sections, by ${say.option('section')}`,
  replication: undefined, // of a drill, which says it itself
  noPrivileges: undefined,
  noPolicies: (names) => `policies and user mappings ${listed(names)}, by ${say.option('noPolicies')}`,
  noEventTriggers: (names) => `event triggers ${listed(names)}, by ${say.option('noEventTriggers')}`,
  noPublications: (names) => `publications ${listed(names)}, by ${say.option('noPublications')}`,
  noSubscriptions: (names) => `subscriptions ${listed(names)}, by ${say.option('noSubscriptions')}`,
  noComments: ({ length }) => `${numberOf(length, 'comment')}, by ${say.option('noComments')}`,
  noSecurityLabels: ({ length }) => `${numberOf(length, 'security label')}, by ${say.option('noSecurityLabels')}`,
  excludeExtension: (names) => `extensions ${listed(names)}, by ${say.option('excludeExtension')}`,
};

/** What the new database lacks because it was asked for: sentences. Pure. */
export function leftOutTexts(entries: readonly LeftOutEntry[]): readonly string[] {
  const reasons = [...new Set(entries.map(({ why }) => why))];
  return reasons.flatMap((reason) => {
    const of = entries.filter(({ why }) => why === reason).map(({ entry }) => entry);
    const own = of.filter(
      ({ description }) => reason === 'noComments' || reason === 'noSecurityLabels' || !isPart(description),
    );
    const text = TEXTS[reason]?.(own.map(({ tag }) => tag));
    return text === undefined || own.length === 0 ? [] : [`left out of the restore: ${text}`];
  });
}

/** What is said of tablespaces that are left out; empty without any. */
export function tablespacesText(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const all = names.map((name) => `'${name}'`).join(', ');
  return [`left out of the restore: tablespaces ${all}; everything is in the default one`];
}

/** What belongs to an object that is left out, or to a publication, is not named by itself. */
function isPart(description: string): boolean {
  return /^(COMMENT|SECURITY LABEL|ACL)$|^(PUBLICATION|SUBSCRIPTION) TABLE/.test(description);
}
