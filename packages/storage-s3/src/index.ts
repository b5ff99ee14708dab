export { type BucketSetup, createBucketSetup } from './bucket-setup.ts';
export { type Endpoint, parseEndpoint } from './endpoint.ts';
export type { S3Settings } from './s3-settings.ts';
export { createS3Storage } from './s3-storage.ts';
