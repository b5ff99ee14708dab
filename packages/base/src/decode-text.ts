import { isUtf8 } from 'node:buffer';

/** PostgreSQL's encodings other than UTF8, with their WHATWG labels. Those without a decoder are absent. */
const LABELS: Readonly<Record<string, string>> = {
  ...{ EUC_JP: 'euc-jp', EUC_JIS_2004: 'euc-jp', SJIS: 'shift_jis', SHIFT_JIS_2004: 'shift_jis' },
  ...{ EUC_CN: 'gb18030', GBK: 'gb18030', GB18030: 'gb18030', BIG5: 'big5', EUC_KR: 'euc-kr', UHC: 'euc-kr' },
  ...{ LATIN2: 'iso-8859-2', LATIN3: 'iso-8859-3', LATIN4: 'iso-8859-4', LATIN5: 'windows-1254' },
  ...{ LATIN6: 'iso-8859-10', LATIN7: 'iso-8859-13', LATIN8: 'iso-8859-14', LATIN9: 'iso-8859-15' },
  ...{ LATIN10: 'iso-8859-16', ISO_8859_5: 'iso-8859-5', ISO_8859_6: 'iso-8859-6', ISO_8859_7: 'iso-8859-7' },
  ...{ ISO_8859_8: 'iso-8859-8', KOI8R: 'koi8-r', KOI8U: 'koi8-u', WIN866: 'ibm866', WIN874: 'windows-874' },
  ...{ WIN1250: 'windows-1250', WIN1251: 'windows-1251', WIN1252: 'windows-1252', WIN1253: 'windows-1253' },
  ...{ WIN1254: 'windows-1254', WIN1255: 'windows-1255', WIN1256: 'windows-1256', WIN1257: 'windows-1257' },
  WIN1258: 'windows-1258',
};

/**
 * The output of a program as text for people. `encoding`: PostgreSQL's name for it, e.g. `EUC_JP`. Bytes that are
 * invalid in it, or in an unknown encoding (SQL_ASCII), are read as UTF-8 if valid, else as one character each. Never
 * fails and never yields U+FFFD.
 */
export function decodeText(bytes: Uint8Array, encoding = 'UTF8'): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === 'LATIN1') return buffer.toString('latin1');
  const label = LABELS[encoding];
  if (label !== undefined) {
    try {
      return new TextDecoder(label, { fatal: true }).decode(buffer);
    } catch {
      // other bytes than promised
    }
  }
  return buffer.toString(isUtf8(buffer) ? 'utf8' : 'latin1');
}
