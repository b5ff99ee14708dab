import type { Endpoint } from './endpoint.ts';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Settings {
  readonly bucket: string;
  /** Folder of the repository in the bucket; '' for its root. Slashes at either end do not matter. */
  readonly prefix: string;
  /** From `parseEndpoint`; Amazon's own when absent. */
  readonly endpoint?: Endpoint | undefined;
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1. */
  readonly region?: string | undefined;
  /** Default: the AWS chain (environment, profiles, web identity, instance and container roles). */
  readonly credentials?: S3Credentials | undefined;
  /** Bucket in the path instead of the host name; default: everywhere but at Amazon. */
  readonly forcePathStyle?: boolean;
  readonly sse?: 'AES256' | 'aws:kms' | undefined;
  /** A key of the server's own KMS; the account's default key when absent. */
  readonly sseKmsKeyId?: string | undefined;
  /** For objects of 128 KiB and more: smaller ones cost more there, not less. Archives are refused. */
  readonly storageClass?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * What guards a body on its way: `crc32` where it is understood (Amazon), `md5` elsewhere. Default: by the endpoint.
   */
  readonly checksum?: 'crc32' | 'md5';
  /** Text of certificates (PEM) to trust besides the system's. */
  readonly ca?: string;
  /** Where the proxy (HTTPS_PROXY, NO_PROXY) and the region are looked up; default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until a connection is given up (10,000), and until a silent one is (60,000). */
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** Connections at once (16). */
  readonly maxSockets?: number;
  /** Called for every HTTP request that is sent, with the name of its operation, e.g. `PutObject`. */
  readonly onRequest?: (operation: string) => void;
}
