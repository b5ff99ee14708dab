/** What is used of the AWS SDK, which takes long to load: imported when the first request needs it. */
export {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
export { createClient } from './s3-client.ts';
