import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, joined, styleSheet, written } from './html.ts';

test.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['" onload="x', '&quot; onload=&quot;x'],
  ["' onload='x", '&#39; onload=&#39;x'],
  ['a & b', 'a &amp; b'],
  ['\u202egnp', '\\u202egnp'],
  ['\udcff', '\\xff'],
])('%j is shown as a text', (text, shown) => {
  expect(written(html`<b title="${text}">${text}</b>`)).toBe(`<b title="${shown}">${shown}</b>`);
});

test('whatever a name holds, it neither begins a tag nor ends an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const text = written(html`<p title="${name}">${[name, html`<br>`]}</p>`);
      expect(text).toMatch(/^<p title="[^"<>]*">[^<>]*<br><\/p>$/);
    }),
  );
});

test('what is HTML already stays so', () => {
  expect(written(joined([html`<i>`, 1, undefined, ['<']]))).toBe('<i>1&lt;');
});

test('a value of an attribute without quotes is refused', () => {
  expect(() => html`<p id=${'x'}>`).toThrow('quotes');
});

test('a style sheet that would end its element is refused', () => {
  expect(() => styleSheet('</style>')).toThrow('end tag');
  expect(styleSheet('a{}').source).toMatch(/^'sha256-.{44}'$/);
});
