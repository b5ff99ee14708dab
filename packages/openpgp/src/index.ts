export { createOpenPgpCipher, type OpenPgpCipherOptions } from './cipher.ts';
export { generateKeyPair, type KeyPair, type KeyPairOptions } from './key-pair.ts';
export type { KeyText } from './key-text.ts';
export type { Profile } from './library.ts';
export { createPlainCipher } from './plain-cipher.ts';
export { createSigner, type SignerOptions } from './signer.ts';
