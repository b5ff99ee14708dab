import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTarget, sendMessage } from '@postgres-backuper/notifications';
import {
  type Certificate,
  type MailServer,
  makeCertificate,
  startMailServer,
  startWebReceiver,
  type WebReceiver,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const LOGIN = { user: 'u@x.example', password: 'p:/%@ CaNaRy' };
const AS_LOGIN = `${encodeURIComponent(LOGIN.user)}:${encodeURIComponent(LOGIN.password)}`;
let folder: string;
let certificate: Certificate;
let web: WebReceiver;
let env: Record<string, string>;
const mail: Partial<Record<'tls' | 'starttls' | 'off', MailServer>> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delivery-'));
  certificate = await makeCertificate(folder);
  web = await startWebReceiver({ certificate });
  mail.tls = await startMailServer({ encryption: 'tls', certificate, login: LOGIN });
  mail.starttls = await startMailServer({ encryption: 'starttls', certificate, login: LOGIN });
  mail.off = await startMailServer({ encryption: 'off', certificate });
  env = { HOME: folder, NODE_EXTRA_CA_CERTS: certificate.path };
});
afterAll(async () => {
  for (const server of [web, ...Object.values(mail)]) await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

// of an earlier try
beforeEach(() => {
  for (const server of Object.values(mail)) server.mails.length = 0;
});

function notify(urls: readonly string[], more: Record<string, string> = {}) {
  return runCli(['notify', '--test', '--json'], { ...env, BACKUP_NOTIFY: urls.join('\n'), ...more });
}

test('every service gets its own message over HTTPS', async () => {
  const at = `127.0.0.1:${web.port}`;
  const paths = {
    slack: '/services/T/B/X',
    teams: '/workflows/1?sig=X',
    discord: '/api/webhooks/1/X',
    telegram: '/bot1:X/sendMessage?chat_id=-5',
    ntfy: '/topic',
    heartbeat: '/uuid',
    webhook: '/hook?a=1#key',
  };
  const end = await notify(Object.entries(paths).map(([kind, path]) => `${kind}+https://${at}${path}`));
  expect(end.status, end.stderr).toBe(0);
  expect(JSON.parse(end.stdout).result.services.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
  const byUrl = new Map(web.received.map((one) => [one.url, one]));
  const got = [
    '/services/T/B/X',
    '/workflows/1?sig=X',
    '/api/webhooks/1/X',
    '/bot1:X/sendMessage',
    '/',
    '/uuid/log',
    '/hook?a=1',
  ];
  expect([...byUrl.keys()].sort()).toEqual([...got].sort());
  for (const { method, headers, body } of web.received) {
    const { signature, ...rest } = { signature: headers['x-postgres-backuper-signature'], ...headers };
    expect(method).toBe('POST');
    expect(
      Object.keys(rest)
        .filter((name) => name !== 'x-postgres-backuper-signature')
        .sort(),
    ).toEqual(['connection', 'content-length', 'content-type', 'host', 'user-agent'].sort());
    expect(signature === undefined ? undefined : String(signature)).toEqual(
      body.startsWith('{"version":1') ? expect.stringMatching(/^sha256=[0-9a-f]{64}$/) : undefined,
    );
    expect(body).toContain('Test of notifications');
  }
});

test('a mail arrives over TLS and STARTTLS, after a login, as text and as HTML', async () => {
  const to = 'to=ops@b.example&to=dba@b.example&from=backup@b.example';
  const end = await notify([
    `smtps://${AS_LOGIN}@127.0.0.1:${mail.tls?.port}/?${to}`,
    `smtp://${AS_LOGIN}@127.0.0.1:${mail.starttls?.port}/?${to}`,
  ]);
  expect(end.status, end.stderr).toBe(0);
  for (const server of [mail.tls, mail.starttls]) {
    expect(server?.mails).toMatchObject([
      { from: 'backup@b.example', to: ['ops@b.example', 'dba@b.example'], isEncrypted: true, user: LOGIN.user },
    ]);
    const source = server?.mails[0]?.source ?? '';
    expect(source).toContain('Auto-Submitted: auto-generated\r\n');
    expect(source).toMatch(/\r\nSubject: =\?UTF-8\?/);
    expect(source).toMatch(/Content-Type: text\/plain; charset=utf-8[\s\S]*Content-Type: text\/html; charset=utf-8/);
  }
});

test('a relay on this machine may go without TLS and login', async () => {
  const end = await notify([`smtp://127.0.0.1:${mail.off?.port}/?tls=off&to=ops@b.example`]);
  expect(end.status, end.stderr).toBe(0);
  expect(mail.off?.mails).toMatchObject([{ from: 'ops@b.example', isEncrypted: false }]);
});

test('a hostile name is no header, no recipient and no markup of a mail', async () => {
  const server = mail.off!;
  server.mails.length = 0;
  const target = parseTarget(`smtp://127.0.0.1:${server.port}/?tls=off&to=ops@b.example`);
  if ('problem' in target) throw new Error(target.problem);
  const name = 'a\r\nBcc: evil@b.example\r\n\r\n.\r\n<script>x</script> "<evil@b.example>", \u202e';
  const message = { ...hostile(name), at: '2026-03-01T00:00:00.000Z' };
  const sent = await sendMessage(message, [target], { clock: realTime, environment: {} });
  expect(sent).toEqual([{ target: `mail at 127.0.0.1:${server.port}` }]);
  expect(server.mails).toMatchObject([{ to: ['ops@b.example'] }]);
  const [head = '', ...rest] = server.mails[0]!.source.split('\r\n\r\n');
  const names = head.split('\r\n').flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);
  expect(names.sort()).toEqual(
    ['Auto-Submitted', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To'].sort(),
  );
  const body = rest.join('\r\n\r\n').replaceAll('=\r\n', '');
  expect(body).toContain('&lt;script&gt;');
  expect(body).not.toMatch(/^Bcc:/m);
});

const realTime = { now: () => Date.now(), elapsed: () => performance.now(), sleep: async () => undefined };

function hostile(name: string) {
  const fields = { command: 'backup', exit: 1, code: null, names: [name], labels: [] };
  return {
    event: 'failure' as const,
    title: name,
    lines: [name],
    hint: name,
    facts: [{ name: 'server', value: name }],
    fields,
  };
}

test.each([
  ['a wrong password', () => `smtps://u:CaNaRy@127.0.0.1:${mail.tls?.port}/?to=a@b.example`, 'refused the login'],
  ['no STARTTLS', () => `smtp://127.0.0.1:${mail.off?.port}/?to=a@b.example`, 'offers no STARTTLS'],
  [
    'an unknown recipient',
    () => `smtps://${AS_LOGIN}@127.0.0.1:${mail.tls?.port}/?to=nobody@CaNaRy.example`,
    'refused the sender or a recipient',
  ],
])('of mail with %s the reason is said, without a secret', async (_, url, reason) => {
  const before = Object.values(mail).map(({ mails }) => mails.length);
  const end = await notify([url()]);
  expect(end.status).toBe(1);
  expect(end.stderr).toContain(reason);
  expect(end.stdout + end.stderr).not.toContain('CaNaRy');
  expect(JSON.parse(end.stdout)).toMatchObject({
    error: { code: 'notification-failed' },
    result: { services: [{ ok: false }] },
  });
  expect(Object.values(mail).map(({ mails }) => mails.length)).toEqual(before);
});

test.each(['https', 'smtps', 'smtp'] as const)(
  'a certificate of an unknown authority is refused: %s',
  async (scheme) => {
    const { port } = { https: web, smtps: mail.tls, smtp: mail.starttls }[scheme]!;
    const before = web.received.length;
    const end = await notify([`${scheme}://127.0.0.1:${port}/CaNaRy?to=a@b.example`], { NODE_EXTRA_CA_CERTS: '' });
    expect(end.status).toBe(1);
    expect(end.stderr).toContain('certificate of the server is not trusted');
    expect(end.stderr).toContain('NODE_EXTRA_CA_CERTS');
    expect(end.stdout + end.stderr).not.toContain('CaNaRy');
    expect(web.received).toHaveLength(before);
  },
);

test('a message goes through the proxy, which sees no more than host and port', async () => {
  const proxy = await startWebReceiver();
  const end = await notify(['https://ops.invalid/CaNaRy'], { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
  await proxy.stop();
  expect(new Set(proxy.tunnels)).toEqual(new Set(['ops.invalid:443']));
  expect(end.status).toBe(1);
  expect(end.stderr).not.toContain('CaNaRy');
});
