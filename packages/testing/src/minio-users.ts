import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type S3Account, s3Request } from './s3-request.ts';

/** Makes a user of a MinIO server who may do what the policy (AWS's language) says, and nothing else. */
export async function createMinioUser(root: S3Account, policy: object): Promise<S3Account> {
  const name = `user-${randomBytes(6).toString('hex')}`;
  const user = { endpoint: root.endpoint, accessKey: name, secretKey: randomBytes(20).toString('hex') };
  const account = JSON.stringify({ secretKey: user.secretKey, status: 'enabled' });
  await admin(root, 'add-user', `accessKey=${name}`, encrypted(root.secretKey, account));
  await setMinioPolicy(root, user, policy);
  return user;
}

/** Gives a user another policy, which holds from the next request on. */
export async function setMinioPolicy(root: S3Account, user: S3Account, policy: object): Promise<void> {
  const name = `policy-${randomBytes(6).toString('hex')}`;
  await admin(root, 'add-canned-policy', `name=${name}`, JSON.stringify(policy));
  await admin(root, 'set-user-or-group-policy', `isGroup=false&policyName=${name}&userOrGroup=${user.accessKey}`, '');
}

async function admin(root: S3Account, action: string, query: string, body: string | Uint8Array): Promise<void> {
  const answer = await s3Request(root, { method: 'PUT', path: `/minio/admin/v3/${action}`, query, body });
  if (answer.status !== 200) throw new Error(`${action} is refused: ${answer.status} ${answer.text}`);
}

/**
 * A secret as MinIO's admin API takes it: salt, algorithm 2 (PBKDF2, AES-256-GCM), nonce, and one fragment of a stream
 * whose additional data is 0x80 (the last one) and the tag of an empty first fragment.
 */
function encrypted(password: string, text: string): Buffer {
  const salt = randomBytes(32);
  const nonce = randomBytes(8);
  const key = pbkdf2Sync(password, salt, 8192, 32, 'sha256');
  const seal = (count: number, aad: Buffer, body: string) => {
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([nonce, Buffer.from([count, 0, 0, 0])])).setAAD(
      aad,
    );
    const sealed = Buffer.concat([cipher.update(body, 'utf8'), cipher.final()]);
    return { sealed, tag: cipher.getAuthTag() };
  };
  const first = seal(0, Buffer.alloc(0), '');
  const { sealed, tag } = seal(1, Buffer.concat([Buffer.from([0x80]), first.tag]), text);
  return Buffer.concat([salt, Buffer.from([2]), nonce, sealed, tag]);
}
