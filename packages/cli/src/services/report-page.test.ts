import { expect, test } from 'vitest';
import { reportPage } from './report-page.ts';

test.each(['https://shop.example/backups/report.html', 'http://127.0.0.1:8080', 'https://a.example/?p=1#shop'])(
  'a summary links to %s',
  (reportUrl) => expect(reportPage({ reportUrl })).toBe(reportUrl),
);

test.each([
  'javascript:alert(1)',
  'https://user:secret@a.example/',
  'https://a.example/) [x](https://b.example',
  'https://a.example/<b>',
  'https://a.example/\n',
  'report.html',
])('a summary does not link to %j', (reportUrl) => expect(reportPage({ reportUrl })).toBeUndefined());
