export * from './address.ts';
export * from './host-key.ts';
export * from './private-key.ts';
export * from './sftp-settings.ts';
export * from './sftp-storage.ts';
