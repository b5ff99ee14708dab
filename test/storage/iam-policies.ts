import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** The bucket and the prefix of the page's policies. */
export const BUCKET = 'my-bucket';
export const PREFIX = 'backups/postgres';

const page = await readFile(join(import.meta.dirname, '../../docs/iam.md'), 'utf8');

/** The JSON blocks of a section of docs/iam.md: its policy, and the statements that it recommends besides. */
export function policyOf(section: string): { readonly policy: Policy; readonly besides: readonly Statement[] } {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json as string));
  const [policy, ...besides] = blocks;
  return { policy, besides };
}

export function actionsOf(policy: Policy): readonly string[] {
  return policy.Statement.flatMap(({ Action }) => Action);
}

/** The same policy with one action less. */
export function without(policy: Policy, action: string): Policy {
  const rest = policy.Statement.map((each) => ({ ...each, Action: each.Action.filter((one) => one !== action) }));
  return { ...policy, Statement: rest.filter(({ Action }) => Action.length > 0) };
}
