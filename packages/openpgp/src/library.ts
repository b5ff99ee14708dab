import crypto from 'node:crypto';
import type * as OpenPgp from 'openpgp';

export type Library = typeof OpenPgp;

/** `gnupg`: what GnuPG 2.2 and later reads: v4 keys, SEIPDv1. `rfc9580`: also keys that it does not read, AES-256-GCM. */
export type Profile = 'gnupg' | 'rfc9580';

/** The clocks of the machines that make, use and check keys differ: a creation time up to this far ahead is accepted. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Curves of GnuPG on which the library signs and checks by itself, but not by Node.js. */
const OWN_ARITHMETIC = ['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1'];

let loading: Promise<Library> | undefined;

/** Loads openpgp at its first use: 40–60 ms that commands without keys do not pay. */
export function loadLibrary(): Promise<Library> {
  loading ??= load();
  return loading;
}

/**
 * While it is loaded, the library asks which curves Node.js has; to sign and check on those it needs another package. The
 * curves that it can do by itself are hidden from it.
 */
async function load(): Promise<Library> {
  const { getCurves } = crypto;
  crypto.getCurves = () => getCurves().filter((curve) => !OWN_ARITHMETIC.includes(curve));
  try {
    return await import('openpgp');
  } finally {
    crypto.getCurves = getCurves;
  }
}

/** A clock that starts at `now` and never jumps: a process may run for hours and check what others made after its start. */
export function clockFrom(now: number): () => number {
  const started = performance.now();
  return () => now + Math.round(performance.now() - started);
}

/** The time at which keys and signatures are checked. */
export function judgedAt(now: number): Date {
  return new Date(now + CLOCK_SKEW_MS);
}

/**
 * The whole configuration for every call of the library, because methods of keys accept no part of it. `maxBytes` limits
 * decompression. Argon2 may take 128 MiB, or 1 GiB for the user's own key file; the library's default is 1 TiB.
 */
export function libraryConfig(
  library: Library,
  profile: Profile,
  limits: { readonly maxBytes?: number; readonly trusted?: boolean } = {},
): OpenPgp.Config {
  const { enums } = library;
  return {
    ...library.config,
    v6Keys: profile === 'rfc9580',
    aeadProtect: profile === 'rfc9580',
    preferredAEADAlgorithm: enums.aead.gcm,
    preferredSymmetricAlgorithm: enums.symmetric.aes256,
    preferredCompressionAlgorithm: enums.compression.uncompressed,
    s2kType: enums.s2k.iterated,
    allowUnauthenticatedStream: false,
    allowUnauthenticatedMessages: false,
    enforceGrammar: true,
    rejectCurves: new Set(),
    showVersion: false,
    showComment: false,
    maxArgon2MemoryExponent: limits.trusted ? 20 : 17,
    ...(limits.maxBytes === undefined ? {} : { maxDecompressedMessageSize: limits.maxBytes }),
  };
}
