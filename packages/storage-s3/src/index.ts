export { parseEndpoint } from './endpoint.ts';
export type { S3Settings } from './s3-settings.ts';
export { createS3Storage } from './s3-storage.ts';
