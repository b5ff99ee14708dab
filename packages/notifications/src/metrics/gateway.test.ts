import { expect, test } from 'vitest';
import { parseGateway } from './gateway.ts';

test.each([
  ['https://push.example', 'https://push.example/metrics/job/postgres_backup', undefined],
  ['http://push:9091/', 'http://push:9091/metrics/job/postgres_backup', undefined],
  ['https://u:p%40@h/gate/', 'https://h/gate/metrics/job/postgres_backup', 'Basic dTpwQA=='],
  ['https://:t0ken@h/metrics', 'https://h/metrics/job/postgres_backup', 'Bearer t0ken'],
  ['https://h/metrics/job/nightly/instance/db1/', 'https://h/metrics/job/nightly/instance/db1', undefined],
  ['http://u:p@127.0.0.1:1/metrics/job@base64/YQ', 'http://127.0.0.1:1/metrics/job@base64/YQ', 'Basic dTpw'],
])('%s is read', (text, url, authorization) => {
  const gateway = parseGateway(text);
  expect(gateway).toMatchObject({ authorization, shown: new URL(text).host });
  expect('url' in gateway && String(gateway.url)).toBe(url);
});

test.each([
  ['push.example', 'is not https://'],
  ['ftp://push.example', 'is not https://'],
  ['http://u:secret@push.example', 'in the open'],
  ['https://u:%zz@push.example', 'has a %'],
  ['https://h/metrics/instance/secret', 'grouping key'],
  ['https://h/metrics/job/a/instance', 'grouping key'],
  ['https://h/metrics/job/a/name/secret', 'label name'],
  ['https://h/metrics/job/a/command@base64/secret', 'label command'],
])('%s is refused, and no part of it is said', (text, problem) => {
  const gateway = parseGateway(text);
  expect(gateway).toMatchObject({ problem: expect.stringContaining(problem) });
  expect(JSON.stringify(gateway)).not.toMatch(/secret|push\.example/);
});
