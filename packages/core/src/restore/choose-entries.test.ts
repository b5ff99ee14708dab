import { expect, it } from 'vitest';
import { chooseEntries } from './choose-entries.ts';
import type { EntryChoice } from './entry-rules.ts';
import { leftOutTexts } from './left-out.ts';
import { entry } from './target/target.test-data.ts';

const ALL: EntryChoice = { privileges: true, policies: true, replication: true, schemaOnly: false };
const ENTRIES = [
  { description: 'TABLE', tag: 't' },
  { description: 'EXTENSION', tag: 'uuid-ossp', schema: '' },
  { description: 'COMMENT', tag: 'EXTENSION "uuid-ossp"', schema: '' },
  { description: 'EXTENSION', tag: 'citext', schema: '' },
  { description: 'POLICY', tag: 't mine' },
  { description: 'EVENT TRIGGER', tag: 'e', schema: '' },
  { description: 'COMMENT', tag: 'EVENT TRIGGER e', schema: '' },
  { description: 'PUBLICATION', tag: 'p', schema: '' },
  { description: 'PUBLICATION TABLE', tag: 'p t' },
  { description: 'SUBSCRIPTION', tag: 's', schema: '' },
  { description: 'COMMENT', tag: 'TABLE t' },
  { description: 'SECURITY LABEL', tag: 'TABLE t' },
].map((given, index) => entry({ ...given, dumpId: index + 1 }));

const choose = (choice: Partial<EntryChoice>) =>
  chooseEntries({ pgDumpVersion: '', serverVersion: '', entriesAt: 0, entries: ENTRIES }, { ...ALL, ...choice });

it.each<[Partial<EntryChoice>, readonly string[], string]>([
  [{ eventTriggers: false }, ['e', 'EVENT TRIGGER e'], "event triggers 'e'"],
  [{ publications: false }, ['p', 'p t'], "publications 'p'"],
  [{ subscriptions: false }, ['s'], "subscriptions 's'"],
  [{ policies: false }, ['t mine'], "policies and user mappings 't mine'"],
  [{ comments: false }, ['EXTENSION "uuid-ossp"', 'EVENT TRIGGER e', 'TABLE t'], '3 comments'],
  [{ securityLabels: false }, ['TABLE t'], '1 security label'],
  [{ excludeExtensions: ['uuid-ossp'] }, ['uuid-ossp', 'EXTENSION "uuid-ossp"'], "extensions 'uuid-ossp'"],
])('%j leaves out these alone, and the result names them', (choice, tags, text) => {
  const { kept, leftOut } = choose(choice);
  expect(leftOut.map(({ entry: { tag } }) => tag)).toEqual(tags);
  expect(kept.length).toBe(ENTRIES.length - tags.length);
  expect(leftOutTexts(leftOut)).toEqual([expect.stringContaining(text)]);
});

it('without a request everything is kept, and nothing is said', () => {
  expect(choose({}).kept).toEqual(ENTRIES);
  expect(leftOutTexts([])).toEqual([]);
});
