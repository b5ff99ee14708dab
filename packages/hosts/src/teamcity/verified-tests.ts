import type { CommandDocument } from '../host.ts';
import { type VerifiedSuite, type VerifiedTest, verifiedSuites } from '../verified-suites.ts';
import { oneLine, serviceMessage } from './service-message.ts';

/** Each verified table as a test, of which TeamCity keeps the history. */
export function verifiedTests(document: CommandDocument): string {
  return verifiedSuites(document).map(suiteMessages).join('');
}

function suiteMessages({ name: raw, tests }: VerifiedSuite): string {
  const name = oneLine(raw, 200);
  const open = serviceMessage('testSuiteStarted', { name });
  return [open, ...tests.map(testMessages), serviceMessage('testSuiteFinished', { name })].join('');
}

function testMessages({ name: raw, failure, skipped }: VerifiedTest): string {
  const name = oneLine(raw, 400);
  const [message] = failure;
  const details = failure.map((text) => oneLine(text)).join('\n');
  if (skipped !== undefined) return serviceMessage('testIgnored', { name, message: oneLine(skipped) });
  const failed =
    message === undefined ? '' : serviceMessage('testFailed', { name, message: oneLine(message), details });
  return `${serviceMessage('testStarted', { name })}${failed}${serviceMessage('testFinished', { name })}`;
}
