export { parseSftpUrl } from './address.ts';
export { parseHostKeys } from './host-key.ts';
export { parsePrivateKey } from './private-key.ts';
export type { SftpSettings } from './sftp-settings.ts';
export { createSftpStorage } from './sftp-storage.ts';
