import { escapeText, formatDuration } from '@postgres-backuper/base';
import type { StatusResult } from '@postgres-backuper/core';
import type { CommandDocument } from '../host.ts';
import { problemTexts } from '../problems.ts';
import { toldBy } from '../results.ts';
import { type VerifiedSuite, type VerifiedTest, verifiedSuites } from '../verified-suites.ts';

interface Suite extends VerifiedSuite {
  /** Problems of the command itself, which belong to no test. */
  readonly errors: readonly string[];
}

/**
 * The JUnit report of a command. Each verified table is a test case, or each database that was backed up or watched, or each
 * table and object of a restore that is not whole; any other error that ended the command is a test case with an error.
 */
export function junitReport(document: CommandDocument): string {
  const suites: Suite[] = verifiedSuites(document).map((suite) => ({ ...suite, errors: [] }));
  const made = toldBy(document).backups.map(({ database }) => ({ name: database, failure: [] }));
  if (made.length > 0) suites.push({ name: document.command, tests: made, errors: [] });
  const watched = toldBy(document).statuses.map(watchedTest);
  if (watched.length > 0) suites.push({ name: document.command, tests: watched, errors: [] });
  const isTold = suites.some(({ tests }) => tests.some(({ failure }) => failure.length > 0));
  const problems = isTold ? [] : problemTexts(document);
  if (problems.length > 0 || suites.length === 0) suites.push({ name: document.command, tests: [], errors: problems });
  const server = document.server === undefined ? '' : ` hostname="${xml(document.server)}"`;
  const texts = suites.map((suite) => suiteXml(suite, server));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${texts.join('')}</testsuites>\n`;
}

function watchedTest({ name, location, state, newest, maxAgeMs, passedOver }: StatusResult): VerifiedTest {
  const age = newest === null ? '' : `${newest.label} is ${formatDuration(newest.ageMs)} old`;
  const failure: Readonly<Record<StatusResult['state'], readonly string[]>> = {
    ok: [],
    none: ['there is no good backup'],
    stale: [`${age}, more than ${formatDuration(maxAgeMs)}`],
    damaged: [`${age}, and a newer one does not count: ${passedOver[0]?.why ?? ''}`],
  };
  return { name: `'${name}' in ${location}`, failure: failure[state] };
}

/** `hostname` is an attribute of JUnit. */
function suiteXml({ name, tests, errors }: Suite, server: string): string {
  const ownCase = tests.length === 0 ? [caseXml(name, { name, failure: [] }, errors)] : [];
  const cases = [...tests.map((test) => caseXml(name, test, [])), ...ownCase].join('');
  const failures = tests.filter(({ failure }) => failure.length > 0).length;
  const skips = tests.filter(({ skipped }) => skipped !== undefined).length;
  const skipped = skips === 0 ? '' : ` skipped="${skips}"`;
  const counts = `tests="${Math.max(1, tests.length)}" failures="${failures}" errors="${errors.length > 0 ? 1 : 0}"${skipped}`;
  return `  <testsuite name="${xml(name)}"${server} ${counts}>\n${cases}  </testsuite>\n`;
}

function caseXml(suite: string, { name, failure, skipped }: VerifiedTest, errors: readonly string[]): string {
  const open = `    <testcase classname="${xml(suite)}" name="${xml(name)}"`;
  const skip = skipped === undefined ? '' : `      <skipped message="${xml(skipped)}" />\n`;
  const problems = [problemXml('failure', failure), problemXml('error', errors), skip].join('');
  return problems === '' ? `${open} />\n` : `${open}>\n${problems}    </testcase>\n`;
}

function problemXml(element: 'failure' | 'error', texts: readonly string[]): string {
  const [first] = texts;
  if (first === undefined) return '';
  return `      <${element} message="${xml(first)}">${texts.map(xml).join('\n')}</${element}>\n`;
}

/** Control characters and lone surrogates are escaped: XML 1.0 cannot hold most of them. */
function xml(text: string): string {
  const shown = escapeText(text).replace(/[\ufffe\uffff]/g, '\ufffd');
  const whole = Buffer.from(shown, 'utf8').toString('utf8');
  return whole.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
