import { escapeText, numberOf } from '@postgres-backuper/base';
import type { SetupBucketResult } from '@postgres-backuper/hosts';
import { say } from '@postgres-backuper/options';
import { policyText } from '@postgres-backuper/storage-s3/policies';

/** The policy of a job alone is a JSON document; else all of them with their names; or what was done. */
export function setupBucketText({ location, policies, applied }: SetupBucketResult, job: string | undefined): string {
  if (applied !== null) return appliedText(location, applied);
  const [only] = policies;
  if (job !== undefined && only !== undefined) return `${policyText(only.policy)}\n`;
  const parts = policies.map((one) => `# ${one.job}\n${policyText(one.policy)}\n`);
  const head = `# policies for ${escapeText(location)}, each for a key of its own; a job's name prints its policy alone`;
  const end = `# versioning and a lifecycle rule for old versions: ${say.option('apply')}, with a key that has the last policy`;
  return [head, '', parts.join('\n'), `${end}\n`].join('\n');
}

function appliedText(location: string, applied: NonNullable<SetupBucketResult['applied']>): string {
  const { created, versioning, rule, ruleId, noncurrentDays, otherRules, remarks } = applied;
  const others = otherRules === 0 ? '' : `; ${numberOf(otherRules, 'other rule')} kept`;
  return [
    `${escapeText(location)}${created ? ': the bucket was made' : ''}`,
    `versioning: ${versioning}`,
    `lifecycle rule '${escapeText(ruleId)}': ${rule}, removes versions ${numberOf(noncurrentDays, 'day')} after they were deleted or replaced${others}`,
    ...remarks.map(({ text, hint }) =>
      hint === undefined ? escapeText(text) : `warning: ${escapeText(text)}: ${hint}`,
    ),
    '',
  ].join('\n');
}
