import crypto from 'node:crypto';
import type * as OpenPgp from 'openpgp';

export type Library = typeof OpenPgp;

/** `gnupg`: what GnuPG 2.2 and later reads: v4 keys, SEIPDv1. `rfc9580`: also keys that it does not read, AES-256-GCM. */
export type Profile = 'gnupg' | 'rfc9580';

/** Clocks of the machines that make, use and check keys differ: what is made up to this later counts as made. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Curves of GnuPG on which the library signs and checks by its own arithmetic, but not by that of Node.js. */
const OWN_ARITHMETIC = ['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1'];

let loading: Promise<Library> | undefined;

/** Loads openpgp at its first use: 40–60 ms that commands without keys do not pay. */
export function loadLibrary(): Promise<Library> {
  loading ??= load();
  return loading;
}

/**
 * The library asks once, while it is loaded, which curves Node.js has, and for those it needs another package to sign
 * and to check. It is not told of the curves that it can do alone.
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

/** A clock that starts at `now` and never jumps: a process may run for hours, and check what others made meanwhile. */
export function clockFrom(now: number): () => number {
  const started = performance.now();
  return () => now + Math.round(performance.now() - started);
}

/** The moment at which keys and signatures are judged. */
export function judgedAt(now: number): Date {
  return new Date(now + CLOCK_SKEW_MS);
}

/**
 * Options for every call of the library, all of them: methods of keys take no part of them. `maxBytes` bounds decompression. Argon2 may take 128 MiB, or, for a key file
 * that is the user's own, 1 GiB; the library's default would be 1 TiB.
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
