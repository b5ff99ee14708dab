import { inspect } from 'node:util';
import { say } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { toStorageError } from './s3-error.ts';

const attempt = {
  what: "store 'a/b'",
  action: 's3:PutObject',
  location: 's3://backups/pg',
  bucket: 'backups',
  isDefaultEndpoint: false,
  secrets: ['SECRET1', 'TOKEN1'],
};

const thrown = (fields: object, message = 'said') => Object.assign(new Error(message), fields);
const codeOf = (fields: object, message?: string) => toStorageError(thrown(fields, message), attempt).code;
const answered = (name: string, httpStatusCode: number) => codeOf({ name, $metadata: { httpStatusCode } });

test('each answer of a server has its own code', () => {
  expect(answered('NoSuchBucket', 404)).toBe('bucket-missing');
  expect(answered('InvalidAccessKeyId', 403)).toBe('storage-credentials');
  expect(answered('SignatureDoesNotMatch', 403)).toBe('storage-credentials');
  expect(answered('ExpiredToken', 400)).toBe('storage-credentials');
  expect(answered('RequestTimeTooSkewed', 403)).toBe('storage-clock');
  expect(answered('AccessDenied', 403)).toBe('storage-denied');
  expect(answered('SlowDown', 503)).toBe('storage-unavailable');
  expect(answered('Unheard', 502)).toBe('storage-unavailable');
  expect(answered('Unheard', 429)).toBe('storage-unavailable');
  expect(answered('XMinioStorageFull', 507)).toBe('storage-full');
  expect(answered('InvalidArgument', 400)).toBe('storage-failed');
  expect(answered('NoSuchKey', 404)).toBe('object-missing');
});

test('each failure of the network has its own code', () => {
  expect(codeOf({ code: 'ECONNREFUSED' })).toBe('storage-unreachable');
  expect(codeOf({ code: 'ENOTFOUND' })).toBe('host-unknown');
  expect(codeOf({ code: 'EAI_AGAIN' })).toBe('storage-unreachable');
  expect(codeOf({ code: 'ECONNRESET' })).toBe('storage-unreachable');
  expect(codeOf({ name: 'TimeoutError' })).toBe('storage-unreachable');
  expect(codeOf({ code: 'CERT_HAS_EXPIRED' })).toBe('storage-tls');
  expect(codeOf({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })).toBe('storage-tls');
  expect(codeOf({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })).toBe('storage-tls');
});

test('a denial names the missing action, the bucket and what was tried', () => {
  const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
  const error = toStorageError(thrown(denied), attempt);
  expect(error.hint).toContain("'s3:PutObject' on bucket 'backups'");
  expect(error.message).toContain("cannot store 'a/b' in 's3://backups/pg'");
  const kms = toStorageError(thrown(denied, 'User x is not authorized to perform: kms:GenerateDataKey on y'), attempt);
  expect(kms.hint).toContain("'kms:GenerateDataKey'");
});

test.each([
  [{ code: 'ENOTFOUND' }, 'host-unknown', 's3Region'],
  [{ name: 'CredentialsProviderError' }, 'storage-credentials', 's3AccessKey'],
  [{ name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } }, 'storage-credentials', 's3AccessKey'],
] as const)('without an endpoint both choices are named: %j', (fields, code, option) => {
  const error = toStorageError(thrown(fields), { ...attempt, isDefaultEndpoint: true });
  expect(error.code).toBe(code);
  expect(error.hint).toContain(
    `MinIO or another S3 server give its address in ${say.option('s3Endpoint')}; for one at Amazon`,
  );
  expect(error.hint).toContain(option);
  expect(toStorageError(thrown(fields), attempt).hint).not.toContain('Amazon');
});

test("no secret and nothing of the SDK's error object is kept", () => {
  const hidden = thrown({ name: 'Weird', $metadata: { httpStatusCode: 400 } }, 'key SECRET1 and TOKEN1 are bad');
  Object.defineProperty(hidden, '$response', { enumerable: false, value: { token: 'TOKEN1' } });
  expect(inspect(toStorageError(hidden, attempt), { showHidden: true, depth: 9 })).not.toMatch(/SECRET1|TOKEN1/);
});
