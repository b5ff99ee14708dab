export { createOpenPgpCipher, type OpenPgpCipherOptions } from './cipher.ts';
export { generateKeyPair, type KeyPair } from './key-pair.ts';
export { createMessageReader } from './message-reader.ts';
export { createPlainCipher } from './plain-cipher.ts';
export { createSigner } from './signer.ts';
