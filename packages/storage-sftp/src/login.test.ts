import { type AuthContext, Server, utils } from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import { parseSftpUrl } from './address.ts';
import { openConnection } from './connection.ts';
import { parseHostKeys } from './host-key.ts';
import { ed25519Pair } from './key-pair.test-data.ts';
import { parsePrivateKey } from './private-key.ts';
import type { SftpSettings } from './sftp-settings.ts';

/** The server has two keys; the first is the one that we would rather see, the second the one that we know. */
const otherHost = ed25519Pair();
const host = utils.generateKeyPairSync('ecdsa', { bits: 256 });
const ours = ed25519Pair();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server of one process that lets in whom `judge` accepts, and has no SFTP. Returns how it is reached. */
async function serve(judge: (context: AuthContext) => void): Promise<SftpSettings> {
  const server = new Server({ hostKeys: [otherHost.private, host.private] }, (client) => {
    client.on('authentication', judge).on('error', () => undefined);
    client.on('ready', () => client.on('session', (accept) => void accept()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = parseSftpUrl(`sftp://u@127.0.0.1:${(server.address() as { port: number }).port}/r`);
  return { address, hostKeys: parseHostKeys([host.public], address) };
}

const byPassword = (context: AuthContext) =>
  context.method === 'password' && context.password === 'right' ? context.accept() : context.reject(['password']);

function byQuestion(context: AuthContext): void {
  if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
  else
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
      answers.length === 1 && answers[0] === 'right' ? context.accept() : context.reject(['keyboard-interactive']),
    );
}

/** Asks for a second factor, to which the password is no answer. */
function byTwoQuestions(context: AuthContext): void {
  const prompts = ['Password: ', 'Code: '].map((prompt) => ({ prompt, echo: false }));
  if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
  else
    context.prompt(prompts, (answers) => {
      expect(answers).toEqual([]);
      context.reject(['keyboard-interactive']);
    });
}

async function login(settings: SftpSettings, changes: Partial<SftpSettings>): Promise<string> {
  const connection = await openConnection({ ...settings, ...changes });
  return connection.use(async () => 'in').catch((error: { code: string }) => error.code);
}

const noSftp = 'configuration-invalid'; // such a server lets us in, and then has nothing for us

test.each([
  ['as a password', byPassword],
  ['as an answer to a question', byQuestion],
])('a password is given %s', async (_, judge) => {
  const settings = await serve(judge);
  expect(await login(settings, { password: 'right' })).toBe(noSftp);
  await expect(login(settings, { password: 'wrong' })).rejects.toMatchObject({ code: 'storage-credentials' });
});

test('a password is no answer to two questions', async () => {
  const settings = await serve(byTwoQuestions);
  await expect(login(settings, { password: 'right' })).rejects.toMatchObject({ code: 'storage-credentials' });
});

test('a key is tried before a password', async () => {
  const methods: string[] = [];
  const settings = await serve((context) => {
    methods.push(context.method);
    return context.method === 'publickey' ? context.accept() : context.reject(['publickey', 'password']);
  });
  const changes = { privateKey: parsePrivateKey(ours.private), password: 'right' };
  expect(await login(settings, changes)).toBe(noSftp);
  expect(new Set(methods)).toEqual(new Set(['publickey']));
});

test('nothing is said to a server with another key', async () => {
  const methods: string[] = [];
  const settings = await serve((context) => {
    methods.push(context.method);
    context.reject();
  });
  const hostKeys = parseHostKeys([ours.public], settings.address);
  await expect(login(settings, { hostKeys, password: 'right' })).rejects.toMatchObject({ code: 'storage-host-key' });
  expect(methods).toEqual([]);
});
