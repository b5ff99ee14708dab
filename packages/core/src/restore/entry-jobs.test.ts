import { expect, it } from 'vitest';
import { entrySteps } from './entry-jobs.ts';
import { entry } from './target/target.test-data.ts';

const ENTRIES = [
  { description: 'ROW SECURITY', tag: 't' },
  { description: 'POLICY', tag: 't p' },
  { description: 'FK CONSTRAINT', tag: 't f' },
  { description: 'COMMENT', tag: 'POLICY p ON t' },
  { description: 'COMMENT', tag: 'CONSTRAINT f ON t' },
].map((given, index) =>
  entry({ definition: 'SELECT 1;', section: 'post-data', accessMethod: '', ...given, dumpId: index + 1 }),
);

it('makes row security, policies and comments on them a step after the foreign keys', () => {
  const { policies, postData } = entrySteps(ENTRIES, { owner: true, tablespaces: true });
  const tags = (jobs: typeof policies) => jobs.map((job) => job.entry.tag);
  expect(tags(policies)).toEqual(['t', 't p', 'POLICY p ON t']);
  expect(tags(postData)).toEqual(['t f', 'CONSTRAINT f ON t']);
});
