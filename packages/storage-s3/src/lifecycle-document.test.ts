import { expect, test } from 'vitest';
import { ruleIdOf, withOwnRule } from './lifecycle-document.ts';

const OWN = { folder: 'a/b/', noncurrentDays: 30 };
/** With what no library knows. */
const OTHER =
  '<Rule>\n  <ID>x &amp; y</ID><Filter><Prefix/></Filter><Status>Enabled</Status><DelMarkerExpiration><Days>9</Days></DelMarkerExpiration></Rule>';
const documentOf = (...rules: string[]) =>
  `<?xml version="1.0"?>\n<LifecycleConfiguration xmlns="u">${rules.join('\n')}\n</LifecycleConfiguration>\n`;

test('without rules ours is the only one', () => {
  expect(withOwnRule(undefined, 0, OWN)).toMatch(
    /^<LifecycleConfiguration xmlns="http:[^"]+"><Rule><ID>postgres-backuper\/a\/b<\/ID><Filter><Prefix>a\/b\/<\/Prefix><\/Filter>.*<NoncurrentDays>30<\/NoncurrentDays>.*<\/Rule><\/LifecycleConfiguration>$/,
  );
});

test('all other rules stay byte by byte, and an earlier one of ours is replaced', () => {
  const first = withOwnRule(documentOf(OTHER), 1, OWN) ?? '';
  expect(first).toContain(OTHER);
  const second = withOwnRule(first, 2, { ...OWN, noncurrentDays: 90 }) ?? '';
  expect(second).toBe(first.replace('>30<', '>90<'));
  const elsewhere = withOwnRule(second, 2, { ...OWN, folder: 'c/' }) ?? '';
  expect(elsewhere.match(/<Rule>/g)).toHaveLength(3);
  expect(elsewhere).toContain(OTHER);
});

test('a document of the older form gets a rule of that form', () => {
  const older = '<Rule><ID>old</ID><Prefix>x/</Prefix><Status>Enabled</Status></Rule>';
  expect(withOwnRule(documentOf(older), 1, OWN)).not.toContain('<Filter>');
});

test.each([
  ['another number of rules', documentOf(OTHER), 2],
  ['names of a namespace', '<s3:LifecycleConfiguration><s3:Rule/></s3:LifecycleConfiguration>', 1],
  ['a cut document', documentOf(OTHER).slice(0, 200), 1],
])('%s is not understood', (_, document, count) => {
  expect(withOwnRule(document, count, OWN)).toBeUndefined();
});

test('a rule is named after its repository, in what S3 takes', () => {
  expect([ruleIdOf(''), ruleIdOf('a/')]).toEqual(['postgres-backuper', 'postgres-backuper/a']);
  const long = `${'x'.repeat(900)}/`;
  expect(ruleIdOf(long).length).toBeLessThan(256);
  expect(ruleIdOf(long)).not.toBe(ruleIdOf(`y${long}`));
});
