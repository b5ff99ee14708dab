import { JOBS, policyOf, policyText, rightsOf } from '@postgres-backuper/storage-s3/policies';

const BLOCKS = /^```json\n[\s\S]*?^```$/gm;

/** The names that a reader of the page replaces. */
const PLACE = { bucket: 'my-bucket', folder: 'backups/postgres/', partition: 'aws' };

/** docs/iam.md with the policies of `setup-bucket` in its blocks. Throws where it has more or fewer. */
export function withPolicies(page: string): string {
  const generated = JOBS.flatMap((job) => {
    const { least, besides } = rightsOf(job, PLACE);
    return [policyOf(least), ...besides].map((one) => `\`\`\`json\n${policyText(one)}\n\`\`\``);
  });
  const blocks = page.match(BLOCKS)?.length ?? 0;
  if (blocks !== generated.length) throw new Error(`docs/iam.md has ${blocks} blocks, not ${generated.length}`);
  return page.replace(BLOCKS, () => generated.shift() ?? '');
}
