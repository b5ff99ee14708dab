import { BackuperError, type ErrorCode, isBackuperError, say } from '@postgres-backuper/base';

/** The attempt that failed. */
export interface Attempt {
  /** e.g. `store 'app/data/…'` */
  readonly what: string;
  /** The required permission, e.g. `s3:PutObject`. */
  readonly action: string;
  /** e.g. `s3://bucket/prefix` */
  readonly location: string;
  readonly bucket: string;
  /** No endpoint is given, so Amazon's was used. */
  readonly isDefaultEndpoint: boolean;
  /** Never shown, not even in texts of the server. */
  readonly secrets: readonly string[];
}

type Meaning = readonly [ErrorCode, string];

const TRY_AGAIN = 'try again later, and look at the server if it lasts';
const WRONG_KEY: Meaning = [
  'storage-credentials',
  `compare ${say.given('s3AccessKey')} and ${say.given('s3SecretKey')} with the keys of the server`,
];
const OLD_KEY: Meaning = ['storage-credentials', 'the session has ended: get fresh credentials, or a longer session'];
const BUSY: Meaning = ['storage-unavailable', TRY_AGAIN];
const CLOCK: Meaning = ['storage-clock', "set this machine's clock: the server accepts a difference of 15 minutes"];
const REGION: Meaning = ['configuration-invalid', `give the bucket's region with ${say.option('s3Region')}`];
const FULL: Meaning = ['storage-full', 'raise the quota or free some space, or shorten the retention and run prune'];
const NO_API: Meaning = ['configuration-invalid', 'give the address of the S3 API: a web console has another port'];
const NO_HOST: Meaning = [
  'host-unknown',
  `correct the host name in ${say.given('s3Endpoint')}, or that of the proxy: there is no host of this name`,
];
const NO_KMS: Meaning = ['configuration-invalid', `configure a KMS at the server, or leave out ${say.given('s3Sse')}`];

/** Names of errors of servers and of the SDK. */
const BY_NAME: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: ['bucket-missing', 'create the bucket, or correct its name: it is never created by a backup'],
  InvalidBucketName: ['configuration-invalid', "correct the bucket's name"],
  InvalidAccessKeyId: WRONG_KEY,
  SignatureDoesNotMatch: WRONG_KEY,
  AuthorizationHeaderMalformed: REGION,
  PermanentRedirect: REGION,
  IllegalLocationConstraintException: REGION,
  InvalidToken: OLD_KEY,
  InvalidTokenId: OLD_KEY,
  ExpiredToken: OLD_KEY,
  ExpiredTokenException: OLD_KEY,
  CredentialsProviderError: [
    'storage-credentials',
    `set ${say.option('s3AccessKey')} and ${say.option('s3SecretKey')}, or give the job a role`,
  ],
  RequestTimeTooSkewed: CLOCK,
  RequestExpired: CLOCK,
  SlowDown: BUSY,
  SlowDownRead: BUSY,
  SlowDownWrite: BUSY,
  ServiceUnavailable: BUSY,
  InternalError: BUSY,
  RequestTimeout: BUSY,
  OperationAborted: BUSY,
  ConditionalRequestConflict: BUSY,
  BadDigest: ['storage-unavailable', 'the body was altered on its way: try again'],
  XAmzContentChecksumMismatch: ['storage-unavailable', 'the body was altered on its way: try again'],
  XMinioServerNotInitialized: BUSY,
  XMinioStorageFull: FULL,
  QuotaExceeded: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
  NoSuchKey: ['object-missing', 'verify the backup: it cannot be restored without this object'],
  NotImplemented: ['storage-failed', 'this server lacks an operation that a repository needs'],
};

const OTHER_SERVER = `for a bucket on MinIO or another S3 server give its address in ${say.option('s3Endpoint')}`;

/** Hints if no endpoint is given: the bucket is at Amazon, or the address of another server was forgotten. */
const WITHOUT_ENDPOINT: Readonly<Partial<Record<ErrorCode, (hint: string) => string>>> = {
  'host-unknown': () => `${OTHER_SERVER}; for one at Amazon correct ${say.option('s3Region')}, or the proxy`,
  'storage-unreachable': (hint) => `${OTHER_SERVER}; for one at Amazon ${hint}`,
  'storage-credentials': (hint) => `${OTHER_SERVER}; for one at Amazon ${hint}`,
  'storage-denied': (hint) => `${OTHER_SERVER}; for one at Amazon ${hint}`,
  'bucket-missing': (hint) => `${OTHER_SERVER}; for one at Amazon ${hint}`,
};

/** Codes of Node's sockets and of TLS. */
const UNREACHABLE = /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|HOSTDOWN|AI_AGAIN))$/;
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|^ERR_TLS|^ERR_SSL|^EPROTO$/;

/** Our error for an error of the SDK, whose object is dropped: its hidden fields hold tokens. */
export function toStorageError(error: unknown, attempt: Attempt): BackuperError {
  if (isBackuperError(error)) return error;
  const facts = factsOf(error);
  const [code, plainHint] = meaningOf(facts, attempt);
  const hint = attempt.isDefaultEndpoint ? (WITHOUT_ENDPOINT[code]?.(plainHint) ?? plainHint) : plainHint;
  const status = facts.status === undefined ? '' : `, HTTP ${facts.status}`;
  const said = `${facts.code ?? facts.name}${status}${saidBy(facts, attempt)}`;
  return new BackuperError(code, `cannot ${attempt.what} in '${attempt.location}': ${said}`, { hint });
}

interface Facts {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

function factsOf(error: unknown): Facts {
  const {
    name = 'Error',
    message = '',
    code,
    $metadata,
  } = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return { name, message, code: typeof code === 'string' ? code : undefined, status: $metadata?.httpStatusCode };
}

function meaningOf(facts: Facts, { action, bucket }: Attempt): Meaning {
  const { name, code = '', status } = facts;
  if (/KMS/.test(name) || (name === 'NotImplemented' && /KMS/.test(facts.message))) return NO_KMS;
  const known = BY_NAME[name];
  if (known !== undefined) return known;
  if (code === 'ENOTFOUND') return NO_HOST;
  if (UNTRUSTED.test(code)) return ['storage-tls', tlsHint(code)];
  if (UNREACHABLE.test(code) || name === 'TimeoutError')
    return ['storage-unreachable', 'check address, network and proxy'];
  if (name === 'AccessDenied' || status === 401 || status === 403) {
    const missing = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(facts.message)?.[1] ?? action;
    return ['storage-denied', `allow '${missing}' on bucket '${bucket}' to this access key (docs/iam.md)`];
  }
  if (status === 507) return FULL;
  if (status === 429 || (status !== undefined && status >= 500)) return BUSY;
  if (/deserial|char '.' is not expected|parse error/i.test(facts.message) || name === 'SyntaxError') return NO_API;
  return ['storage-failed', 'look into the log of the server for this request'];
}

function tlsHint(code: string): string {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return 'write http:// before the endpoint if it does not speak TLS';
  if (code.includes('EXPIRED')) return "renew the server's certificate";
  if (code.includes('ALTNAME')) return "use a host name that the server's certificate holds";
  return `give the certificate of the server's authority with ${say.option('s3Ca')}`;
}

/** The server's message as one short line, without our secrets. */
function saidBy(facts: Facts, { secrets }: Attempt): string {
  let text = facts.message.split('\n')[0]?.slice(0, 300) ?? '';
  for (const secret of secrets) text = text.replaceAll(secret, '***');
  return text === '' || text === facts.name || text === 'UnknownError' ? '' : `: ${text}`;
}
