import type { S3Settings } from './s3-settings.ts';

/**
 * Whether this bucket's ETags are MD5 sums: not under SSE-KMS, which a listing does not tell, so it is learnt from the
 * answers to puts and gets.
 */
export interface ETags {
  readonly areMd5: boolean;
  /** What a put or a get was answered with; `md5` of the body where it is known. */
  learn(answer: { ETag?: string | undefined; ServerSideEncryption?: string | undefined }, md5?: string): void;
  /** The MD5 that an ETag tells. */
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
