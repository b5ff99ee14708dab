import type { Endpoint } from './endpoint.ts';
import type { MetricsPlace } from './server-metrics.ts';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Settings {
  readonly bucket: string;
  /** Folder of the repository in the bucket; '' for its root. Slashes at both ends are ignored. */
  readonly prefix: string;
  /** From `parseEndpoint`; default: Amazon's. */
  readonly endpoint?: Endpoint | undefined;
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1. */
  readonly region?: string | undefined;
  /** Default: the AWS chain (environment, profiles, web identity, instance and container roles). */
  readonly credentials?: S3Credentials | undefined;
  /** Bucket in the path instead of the host name; default: everywhere but at Amazon. */
  readonly forcePathStyle?: boolean | undefined;
  readonly sse?: 'AES256' | 'aws:kms' | undefined;
  /** A key of the server's KMS; default: the default key of the account. */
  readonly sseKmsKeyId?: string | undefined;
  /** For objects of 128 KiB and more: smaller ones cost more there, not less. Archives are refused. */
  readonly storageClass?: string | undefined;
  /** Where the server tells its free space; default: nowhere. */
  readonly metrics?: MetricsPlace | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * The checksum of a body in transit: `crc32` where it is supported (Amazon), `md5` elsewhere. Default: by the endpoint.
   */
  readonly checksum?: 'crc32' | 'md5';
  /** Text of certificates (PEM) to trust besides the system's. */
  readonly ca?: string | undefined;
  /** The variables with the proxy (HTTPS_PROXY, NO_PROXY) and the region; default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Time-outs in milliseconds: to connect (default: 10,000), and of a silent connection (default: 60,000). */
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** Connections at once (default: 16). */
  readonly maxSockets?: number;
  /** Called for every HTTP request that is sent, with the name of its operation, e.g. `PutObject`. */
  readonly onRequest?: (operation: string) => void;
}
