import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Event } from '@postgres-backuper/base';
import { afterEach, expect, test } from 'vitest';
import { createBucketSetup } from './bucket-setup.ts';
import { parseEndpoint } from './endpoint.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = readonly [status: number, body: string];

const VERSIONING: Answer = [200, '<VersioningConfiguration></VersioningConfiguration>'];
const NO_RULES: Answer = [404, '<Error><Code>NoSuchLifecycleConfiguration</Code></Error>'];
const RULE = '<Rule><ID>a</ID><Filter><Prefix>x</Prefix></Filter><Status>Enabled</Status></Rule>';
const MISSING: Answer = [501, '<Error><Code>NotImplemented</Code><Message>no</Message></Error>'];

/** Applies at a server with these answers, e.g. to `GET versioning`; what it was asked to put. */
async function applied(answers: Readonly<Record<string, Answer>>) {
  const puts: string[] = [];
  server = createServer((request, response) => {
    const what = `${request.method} ${/[?&](versioning|lifecycle)\b/.exec(request.url ?? '')?.[1] ?? ''}`;
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.method === 'PUT') puts.push(body);
      const [status, text] = answers[what] ?? [200, ''];
      response.writeHead(status, { 'content-type': 'application/xml' }).end(text);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const endpoint = parseEndpoint(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const setup = createBucketSetup({ bucket: 'b', prefix: 'p', endpoint, credentials });
  const said: Event[] = [];
  const how = { signal: undefined, emit: (event: Event) => void said.push(event) };
  const end = await setup.apply({ create: false, noncurrentDays: undefined }, how).catch((error: unknown) => error);
  return { end, puts, said };
}

test.each([
  ['versions', { 'GET versioning': MISSING }],
  ['lifecycle rules', { 'GET versioning': VERSIONING, 'GET lifecycle': MISSING }],
  ['lifecycle rules', { 'GET versioning': VERSIONING, 'GET lifecycle': NO_RULES, 'PUT lifecycle': MISSING }],
])('a server without %s is named as such', async (what, answers) => {
  const { end } = await applied(answers);
  expect(end).toMatchObject({
    code: 'configuration-invalid',
    message: expect.stringContaining(`has no ${what} of buckets: NotImplemented`),
  });
});

test.each([
  ['denied', 'storage-denied', [403, '<Error><Code>AccessDenied</Code></Error>']],
  [
    'unlike others',
    'configuration-invalid',
    [200, `<LifecycleConfiguration>${RULE.replaceAll('Rule>', 'Rule >')}</LifecycleConfiguration>`],
  ],
] as const)('rules that are %s are left alone, and so is the rest', async (_, code, answer) => {
  const { end, puts } = await applied({ 'GET versioning': VERSIONING, 'GET lifecycle': answer });
  expect(end).toMatchObject({ code });
  expect(puts).toEqual([]);
});

test('a rule that the server takes and does not have is an error, and what was done is said', async () => {
  const { end, puts } = await applied({ 'GET versioning': VERSIONING, 'GET lifecycle': NO_RULES });
  expect(end).toMatchObject({ code: 'configuration-invalid', message: expect.stringContaining('does not have it') });
  expect(puts).toHaveLength(1);
});

test('what was done before a failure is said', async () => {
  const rules = `<LifecycleConfiguration>${RULE}${RULE.replace('>a<', '>postgres-backuper/p<')}</LifecycleConfiguration>`;
  const { said, puts } = await applied({
    'GET versioning': VERSIONING,
    'GET lifecycle': [200, rules],
    'PUT versioning': [403, '<Error><Code>AccessDenied</Code></Error>'],
  });
  expect(puts[0]).toContain(RULE);
  expect(said).toEqual([
    { type: 'notice', text: "the lifecycle rule 'postgres-backuper/p' was replaced before this failed" },
  ]);
});
