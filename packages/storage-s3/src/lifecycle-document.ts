import { createHash } from 'node:crypto';

/*
 * The lifecycle rules of a bucket are one document, which a put replaces as a whole. So it is kept as the server wrote it,
 * with what no library of ours knows, and only our own rule in it is changed.
 */

/** Left-over parts of uploads are removed after this time, days. */
const UNFINISHED_DAYS = 7;

const RULES = /<Rule>[\s\S]*?<\/Rule>/g;
const END = '</LifecycleConfiguration>';
const NO_RULES = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${END}`;

/** The name of our rule: each repository of a bucket has its own. A long one is shortened to what S3 takes. */
export function ruleIdOf(folder: string): string {
  const id = `postgres-backuper/${folder.replace(/\/$/, '')}`.replace(/\/$/, '');
  return id.length <= 255 ? id : `postgres-backuper/${createHash('sha256').update(folder).digest('hex')}`;
}

export interface OwnRule {
  readonly folder: string;
  readonly noncurrentDays: number;
}

/**
 * The document with our rule, which takes the place of an earlier one; all other rules are kept, byte by byte. Undefined: the
 * document is not understood as `ruleCount` rules. `document` is undefined where there are none.
 */
export function withOwnRule(document: string | undefined, ruleCount: number, own: OwnRule): string | undefined {
  const text = document ?? NO_RULES;
  const rules = text.match(RULES) ?? [];
  const end = text.lastIndexOf(END);
  if (rules.length !== ruleCount || end < 0) return undefined;
  const rest = text.slice(0, end).replace(RULES, (rule) => (idOf(rule) === ruleIdOf(own.folder) ? '' : rule));
  return `${rest}${ownRule(own, rest)}${text.slice(end)}`;
}

function idOf(rule: string): string | undefined {
  return /<ID>([^<]*)<\/ID>/.exec(rule)?.[1]?.trim();
}

/** A document has either the older form of all its rules or the newer one. */
function ownRule({ folder, noncurrentDays }: OwnRule, rest: string): string {
  const isOlder = rest.includes('<Rule>') && !/<Filter\s*\/?>/.test(rest);
  const prefix = `<Prefix>${folder}</Prefix>`;
  return [
    `<Rule><ID>${ruleIdOf(folder)}</ID>`,
    isOlder ? prefix : `<Filter>${prefix}</Filter>`,
    '<Status>Enabled</Status>',
    '<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>',
    `<NoncurrentVersionExpiration><NoncurrentDays>${noncurrentDays}</NoncurrentDays></NoncurrentVersionExpiration>`,
    `<AbortIncompleteMultipartUpload><DaysAfterInitiation>${UNFINISHED_DAYS}</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
    '</Rule>',
  ].join('');
}
