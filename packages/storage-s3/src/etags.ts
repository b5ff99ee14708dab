import type { S3Settings } from './s3-settings.ts';

/**
 * Whether the ETags of a bucket are MD5 sums. With SSE-KMS they are not; a listing does not show that, so it is learnt from
 * the responses to puts and gets.
 */
export interface ETags {
  readonly areMd5: boolean;
  /** Learns from the response to a put or a get; `md5` of the body, if known. */
  learn(answer: { ETag?: string | undefined; ServerSideEncryption?: string | undefined }, md5?: string): void;
  /** The MD5 in an ETag; undefined if it is none. */
  md5Of(etag: string | undefined): string | undefined;
}

export function createETags(settings: S3Settings): ETags {
  let areMd5 = settings.sse !== 'aws:kms';
  const plain = (etag: string | undefined) => /^"?([0-9a-f]{32})"?$/.exec(etag ?? '')?.[1];
  return {
    get areMd5() {
      return areMd5;
    },
    learn({ ETag, ServerSideEncryption }, md5) {
      const isKms = ServerSideEncryption?.startsWith('aws:kms') === true;
      if (isKms || (md5 !== undefined && ETag !== undefined && plain(ETag) !== md5)) areMd5 = false;
    },
    md5Of: (etag) => (areMd5 ? plain(etag) : undefined),
  };
}
