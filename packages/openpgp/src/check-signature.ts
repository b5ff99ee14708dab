import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import type { Key, LiteralDataPacket, SignaturePacket } from 'openpgp';
import { expiresAt } from './find-key.ts';
import { judgedAt, type Library, libraryConfig } from './library.ts';
import { fingerprintOf } from './read-keys.ts';
import { withoutLaterRetirement } from './retired-key.ts';

export interface DetachedSignature {
  /** Armored; may hold several signatures, of which at least one must be by the pinned signer. */
  readonly signature: string;
  readonly pinned: Key;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Checks that `pinned` signed `bytes`. The key is judged by all its self-signatures in the given export, not only by
 * those from the time of the signature: extending a key replaces its self-signature, and old signatures stay valid. A
 * signature counts if it was made before the key's (latest) expiration and before the key was retired. A key that is
 * revoked as compromised, or without a reason, has no valid signatures: a thief could choose any date.
 * Errors: signature-invalid.
 */
export async function checkDetached(library: Library, bytes: Uint8Array, check: DetachedSignature): Promise<void> {
  const name = fingerprintOf(check.pinned);
  const { binary } = library.enums.signature;
  const signatures = await readSignatures(library, check.signature);
  const own = signatures.filter(({ issuerKeyID }) => check.pinned.getKeys(issuerKeyID).length > 0);
  if (own.length === 0) throw foreign(name, signatures);
  const message = await library.createMessage({ binary: bytes });
  const [literal] = message.packets.filterByTag(library.enums.packet.literalData);
  const failures: unknown[] = [];
  // of a binary document: other types say nothing about it, e.g. standalone signatures
  for (const signature of own.filter(({ signatureType }) => signatureType === binary)) {
    try {
      return await checkOne(library, { signature, literal: literal as LiteralDataPacket }, check);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures.find((error) => isBackuperError(error)) ?? invalid(`there is no valid signature of '${name}'`);
}

async function readSignatures(library: Library, armoredSignature: string): Promise<readonly SignaturePacket[]> {
  const config = libraryConfig(library, 'gnupg');
  const signature = await library.readSignature({ armoredSignature, config }).catch(() => undefined);
  return (signature?.packets ?? []) as unknown as readonly SignaturePacket[];
}

async function checkOne(
  library: Library,
  { signature, literal }: { readonly signature: SignaturePacket; readonly literal: LiteralDataPacket },
  { pinned, now }: DetachedSignature,
): Promise<void> {
  const config = libraryConfig(library, 'gnupg');
  const [signing] = pinned.getKeys(signature.issuerKeyID);
  if (signing === undefined || signature.created === null) throw new Error('not of the pinned key');
  // First without a date: only for a valid signature of the pinned key does the error name its time.
  await signature.verify(signing.keyPacket, library.enums.signature.binary, literal, null as never, true, config);
  const { created } = signature;
  if (created > judgedAt(now)) {
    throw invalid(
      `the signature is dated ${created.toISOString()}, which is in the future`,
      'set the clock of this machine',
    );
  }
  if (signature.isExpired(judgedAt(now))) throw invalid('the signature itself has expired');
  await checkSigner(library, { pinned, created }, signature);
}

async function checkSigner(
  library: Library,
  { pinned, created }: { readonly pinned: Key; readonly created: Date },
  { issuerKeyID }: SignaturePacket,
): Promise<void> {
  const config = libraryConfig(library, 'gnupg');
  const name = fingerprintOf(pinned);
  const judged = await withoutLaterRetirement(library, pinned, created);
  const timeless = null as unknown as Date;
  const used = await judged.getSigningKey(issuerKeyID, timeless, undefined, config).catch(async () => {
    const revoked = await isRevoked(library, judged, issuerKeyID);
    if (!revoked) throw invalid(`the signature is by a part of key '${name}' that may not sign`);
    throw invalid(`the key '${name}' is revoked, so its signatures count no longer`, AFTER_REVOCATION);
  });
  if (used.getCreationTime() > created) throw invalid(`the signature is older than the key '${name}'`);
  const end = await expiresAt(library, judged, used);
  if (Number(created) < end) return;
  const expired = new Date(end).toISOString().slice(0, 10);
  throw invalid(`the signature was made after the key '${name}' had expired on ${expired}`, AFTER_EXPIRY);
}

async function isRevoked(library: Library, key: Key, issuer: SignaturePacket['issuerKeyID']): Promise<boolean> {
  const config = libraryConfig(library, 'gnupg');
  const timeless = null as unknown as Date;
  if (await key.isRevoked(undefined, undefined, timeless, config).catch(() => false)) return true;
  const subkey = key.subkeys.find((candidate) => candidate.getKeyID().equals(issuer));
  const binding = subkey?.bindingSignatures[0];
  return (binding && subkey?.isRevoked(binding, null as never, timeless, config)) ?? false;
}

const AFTER_REVOCATION = `do not use this backup, unless you know that it was made before the key was lost; then leave out ${say.given('signerKey')}`;
const AFTER_EXPIRY = `if its owner has extended the key since, export it again ("gpg --armor --export") and give that in ${say.given('signerKey')}`;

function foreign(name: string, signatures: readonly SignaturePacket[]): BackuperError {
  const [first] = signatures;
  if (first === undefined) return invalid(`there is no valid signature of '${name}'`);
  return invalid(
    `there is no valid signature of '${name}', but one of key ID '${first.issuerKeyID.toHex().toUpperCase()}'`,
  );
}

function invalid(
  message: string,
  hint = 'do not use this backup: it was altered, or made by someone else than the pinned signer',
): BackuperError {
  return new BackuperError('signature-invalid', message, { hint });
}
