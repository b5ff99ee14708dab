export * from './endpoint.ts';
export * from './s3-settings.ts';
export * from './s3-storage.ts';
