import { expect, test } from 'vitest';
import { parseTarget } from './parse-target.ts';

test.each([
  ['https://hooks.slack.com/services/T/B/SECRET', 'slack', 'Slack at hooks.slack.com'],
  [
    'https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=SECRET',
    'teams',
    'Microsoft Teams at prod-1.westeurope.logic.azure.com',
  ],
  ['https://default1.2.environment.api.powerplatform.com/x?sig=SECRET', 'teams', undefined],
  ['https://discord.com/api/webhooks/1/SECRET', 'discord', 'Discord at discord.com'],
  ['https://api.telegram.org/bot1:SECRET/sendMessage?chat_id=-1', 'telegram', 'Telegram at api.telegram.org'],
  ['https://ntfy.sh/SECRET', 'ntfy', 'ntfy at ntfy.sh'],
  ['ntfy+http://ntfy.lan:8080/SECRET', 'ntfy', 'ntfy at ntfy.lan:8080'],
  ['https://hc-ping.com/SECRET', 'heartbeat', 'heartbeat at hc-ping.com'],
  ['HEARTBEAT+https://u:SECRET@h.example/SECRET', 'heartbeat', 'heartbeat at h.example'],
  ['https://u:SECRET@ops.example/SECRET?token=SECRET#SECRET', 'webhook', 'webhook at ops.example'],
  ['webhook+https://hooks.slack.com/SECRET', 'webhook', 'webhook at hooks.slack.com'],
  ['smtps://u:SECRET@mail.example/?to=a@b.example', 'mail', 'mail at mail.example:465'],
  ['smtp://[::1]/?tls=off&to=a@b.example', 'mail', 'mail at ::1:25'],
])('%s is of the kind %s, and is shown without its secrets', (url, kind, shown) => {
  const target = parseTarget(url);
  expect(target).toMatchObject({ kind, ...(shown && { shown }) });
  expect((target as { shown: string }).shown).not.toContain('SECRET');
});

test('user, password and key leave the URL', () => {
  expect(parseTarget('https://u%40x:p%3Aw@ops.example/hook?a=1#k%23y')).toMatchObject({
    url: new URL('https://ops.example/hook?a=1'),
    authorization: `Basic ${Buffer.from('u@x:p:w').toString('base64')}`,
    key: 'k#y',
  });
});

test('a mail has a sender, recipients and an encryption', () => {
  const at = 'mail.example/?to=a@b.example&to=c@d.example,e@f.example';
  const to = ['a@b.example', 'c@d.example', 'e@f.example'];
  expect(parseTarget(`smtp://u%40x.example:p%2F@${at}`)).toMatchObject({
    ...{ host: 'mail.example', port: 587, encryption: 'starttls', user: 'u@x.example', password: 'p/' },
    ...{ from: 'u@x.example', to },
  });
  expect(parseTarget(`smtps://mail.example:2465/?to=a@b.example&from=x@y.example`)).toMatchObject({
    ...{ port: 2465, encryption: 'tls', from: 'x@y.example' },
  });
});

test.each([
  ['CaNaRy', 'is none of'],
  ['ftp://CaNaRy/x', 'is none of'],
  ['slack+ftp://CaNaRy/x', 'is none of'],
  ['http://ops.example/CaNaRy', 'in the open'],
  ['https://', 'is not a URL'],
  ['https://CaNaRy host/', 'is not a URL'],
  ['https://u:%zzCaNaRy@h/', 'escapes nothing'],
  ['https://api.telegram.org/botCaNaRy', 'sendMessage'],
  ['https://api.telegram.org/botCaNaRy/sendMessage', 'names no chat'],
  ['https://ntfy.sh/', 'https://host/topic'],
  ['https://ntfy.sh/a/CaNaRy', 'https://host/topic'],
  ['smtps://CaNaRy@mail.example/', 'names no recipient'],
  ['smtps:///?to=a@b', 'is not smtps://'],
  ['smtps://mail.example/?to=a@b.example%0d%0aBcc:CaNaRy@x', 'an address'],
  ['smtps://mail.example/?to=CaNaRy', 'an address'],
  ['smtp://u:CaNaRy@mail.example/?to=a@b.example&tls=off', 'in the open'],
])('what is wrong with %s is said, and nothing of it', (url, problem) => {
  const parsed = parseTarget(url) as { problem: string };
  expect(parsed.problem).toContain(problem);
  expect(parsed.problem).not.toContain('CaNaRy');
});
