import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a run without mail does not load its library', () => {
  const index = fileURLToPath(new URL('./index.ts', import.meta.url));
  const script = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
    const { parseTarget, sendMessage } = await import(${JSON.stringify(index)});
    const message = { event: 'test', title: '', lines: [], facts: [], at: new Date(0).toISOString(), fields: {} };
    const clock = { now: () => 0, elapsed: () => 0, sleep: async () => undefined };
    const send = (url) => sendMessage(message, [parseTarget(url)], { clock, environment: {} });
    await send('webhook+http://127.0.0.1:1/');
    const before = seen.includes('nodemailer');
    await send('smtp://127.0.0.1:1/?tls=off&to=a@b.example');
    console.log(JSON.stringify([before, seen.includes('nodemailer')]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([false, true]);
});
