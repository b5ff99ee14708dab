import { BackuperError, type Context, numberOf, say, toBackuperError } from '@postgres-backuper/base';
import { condemnNamed, type RecordedEnd, type Repository, writeVerdict } from '@postgres-backuper/repository';
import type { SampledPart } from './choose-sample.ts';
import type { VerifiedBackup, VerifyRequest, VerifyResult } from './contract.ts';

/** Only warns if the repository cannot be written (read-only role): the result still has the verdict. */
export async function recordVerdict(
  verified: VerifiedBackup,
  { request: { name, level }, repository }: { readonly request: VerifyRequest; readonly repository: Repository },
  context: Context,
): Promise<void> {
  const { label, damage, objects, tables, notTested, notRestored, inconclusive, sample } = verified;
  if (inconclusive) return; // it would count as damage of the backup
  const details = {
    ...{ objects, tables: tables.length, damage: damage.map(({ object }) => object ?? null) },
    ...(sample === null ? {} : { sample: sampleText(sample) }),
    ...(level === 'restore' ? { notTested, notRestored: notRestored.length } : {}),
  };
  try {
    const written = await writeVerdict({ name, label, end: endOf(verified, level), details }, repository, context);
    const texts = damage.map(({ object, text }) => object ?? text);
    await condemnNamed({ name, label, texts, details: { seenIn: label } }, repository, context);
    if (written !== 'ignored') return;
    const text = `the verdict on '${label}' is not signed and counts for nobody`;
    context.emit({ type: 'warning', text, hint: UNSIGNED });
  } catch (error) {
    context.signal.throwIfAborted();
    context.emit({ type: 'warning', text: `the verdict could not be recorded: ${toBackuperError(error).message}` });
  }
}

const UNSIGNED = `verify with ${say.option('signingKey')}, so that status and prune know of this damage`;

function sampleText({ part, parts, segments, ofSegments }: SampledPart): string {
  return `part ${part} of ${parts}, ${segments} of ${numberOf(ofSegments, 'segment')}`;
}

function endOf({ ok, verdict }: VerifiedBackup, level: VerifyRequest['level']): RecordedEnd {
  if (level === 'restore') return { level, verdict: verdict ?? 'failed' };
  if (level !== 'sample') return { level, verdict: ok ? 'ok' : 'failed' };
  return ok ? { level, verdict: 'ok' } : { level: 'content', verdict: 'failed' }; // damage in a part is damage
}

/** The error that carries the whole result. */
export function verificationFailed(bad: readonly VerifiedBackup[], result: VerifyResult): BackuperError {
  const damaged = bad.filter(({ inconclusive }) => !inconclusive);
  const [first] = damaged.length > 0 ? damaged : bad;
  const count = bad.reduce((sum, { damage }) => sum + damage.length, 0);
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const text = first?.damage[0]?.text ?? 'it is damaged';
  if (damaged.length === 0) {
    const hint = 'drill on a server that has the extensions of the original: the drill says nothing about the backup';
    const message = `backup '${first?.label}' could not be drilled: ${text}${more}`;
    return new BackuperError('drill-inconclusive', message, { hint, result });
  }
  return new BackuperError('verification-failed', `backup '${first?.label}' is damaged: ${text}${more}`, {
    hint: 'make a new backup now, and do not delete older good ones',
    result,
  });
}

/** Errors of strict drills: the backup is good, and a part of it was not drilled. */
export function drillDegraded(degraded: readonly VerifiedBackup[], result: VerifyResult): BackuperError {
  const texts = degraded.map((one) => `the drill of '${one.label}' is degraded: ${lackingText(one)}`);
  const hint = `drill on a server like the original, or without ${say.option('strict')}: every row is proven`;
  return new BackuperError('drill-degraded', texts.join('; '), { hint, result });
}

export function tellDegraded(verified: VerifiedBackup, { emit }: Pick<Context, 'emit'>): void {
  const text = `the drill of '${verified.label}' is degraded: every row is proven, but not ${lackingText(verified)}`;
  emit({ type: 'warning', text });
}

/** Names in a text; the result has all. */
const NAMED = 3;

/** `owners and grants, 'EXTENSION postgis' and 2 more objects` */
function lackingText({ notTested, notRestored }: VerifiedBackup): string {
  const more = notRestored.length - NAMED;
  const names = notRestored.slice(0, NAMED).map(({ object }) => `'${object}'`);
  return `${[...notTested, ...names].join(', ')}${more > 0 ? ` and ${numberOf(more, 'more object')}` : ''}`;
}
