import { expect, test } from 'vitest';
import { cleanMessage } from './clean.ts';
import { htmlText } from './html.ts';
import { hostileMessage } from './message.test-data.ts';

test('names are no markup, and the only link is that of the job', () => {
  const html = htmlText(cleanMessage(hostileMessage()));
  expect(html).toContain('&lt;b&gt;*[x](https://evil.example)|`~_ @everyone &lt;!channel&gt;');
  expect(html).toContain('<a href="https://ci.example/jobs/1?a=1&amp;b=2">');
  const tags = [...new Set(html.match(/<\/?[a-z!][a-z0-9]*/g))].map((tag) => tag.replace(/^<\/?/, ''));
  expect(new Set(tags)).toEqual(
    new Set(['!doctype', 'html', 'head', 'meta', 'body', 'div', 'h2', 'p', 'b', 'table', 'tr', 'td', 'a']),
  );
});
