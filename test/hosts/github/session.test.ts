import { createMinioUser, s3Request } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStage, type Stage } from './harness.ts';
import { startStep } from './runner.ts';

const ANYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
};

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await stage.postgres.createDatabase('app');
});
afterAll(() => stage?.remove());

test('the session that a step before ours took is used and masked, without a key as an input', async () => {
  const { postgres, minio, publicKey } = stage;
  const { host, port, user, password } = postgres;
  const inputs = { host, port: String(port), user, password, dbname: 'app', 'public-key': publicKey };
  const place = { repository: 's3://backups/session', 's3-endpoint': minio.endpoint };
  const more = await session();
  const end = await (await startStep(stage, { action: 'backup', inputs: { ...inputs, ...place }, more })).ended;
  expect(end.status, end.log.slice(-2000)).toBe(0);
  const lines = end.log.split('\n');
  const said = lines.filter((line) => !line.startsWith('::add-mask::')).join('\n');
  for (const secret of [more.AWS_SECRET_ACCESS_KEY, more.AWS_SESSION_TOKEN]) {
    expect(lines.includes(`::add-mask::${secret}`), 'a secret of the session is not masked').toBe(true);
    expect(`${said}${end.outputs}${end.summary}`.includes(secret), 'a secret is shown').toBe(false);
  }
  const altered = { ...more, AWS_SESSION_TOKEN: `${more.AWS_SESSION_TOKEN}x` };
  const refused = await startStep(stage, { action: 'list', inputs: { ...place, name: 'app' }, more: altered });
  expect((await refused.ended).status).not.toBe(0);
});

/** What aws-actions/configure-aws-credentials sets for the steps behind it. */
async function session() {
  const account = await createMinioUser(stage.minio, ANYTHING);
  const body = 'Action=AssumeRole&Version=2011-06-15&DurationSeconds=900';
  const { text } = await s3Request(account, { method: 'POST', path: '/', body, service: 'sts', type: 'form' });
  const field = (name: string) => new RegExp(`<${name}>([^<]+)`).exec(text)?.[1] ?? '';
  return {
    AWS_ACCESS_KEY_ID: field('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: field('SecretAccessKey'),
    AWS_SESSION_TOKEN: field('SessionToken'),
    AWS_REGION: 'us-east-1',
  };
}
