import type { DatabaseProperties } from '@postgres-backuper/format';

type Locale = Pick<DatabaseProperties, 'collate' | 'ctype' | 'localeProvider' | 'locale' | 'icuRules'>;

/** The locale of the new database, where it is not that of the original. */
export interface LocaleRequest {
  /** Of the provider: `de_DE.utf8` (libc), `de-DE` (icu), `C.UTF-8` (builtin). */
  readonly locale?: string | undefined;
  readonly localeProvider?: DatabaseProperties['localeProvider'] | undefined;
}

/** The locale of ICU and of the builtin provider that fits every database, where none is named. */
const UNNAMED = { icu: 'und', builtin: 'C.UTF-8' } as const;

/**
 * The properties of the database with another locale. With another provider than libc, the locales of the C library are
 * `C`, which every server knows. Pure.
 */
export function withLocale<Properties extends Locale>(database: Properties, request: LocaleRequest): Properties {
  const { locale, localeProvider = database.localeProvider } = request;
  if (locale === undefined && request.localeProvider === undefined) return database;
  if (localeProvider === 'libc') {
    const { collate, ctype } = locale === undefined ? database : { collate: locale, ctype: locale };
    return { ...database, localeProvider, collate, ctype, locale: null, icuRules: null };
  }
  const isSame = localeProvider === database.localeProvider;
  const own = locale ?? (isSame ? database.locale : null) ?? UNNAMED[localeProvider];
  const icuRules = isSame && locale === undefined ? database.icuRules : null;
  return { ...database, localeProvider, collate: 'C', ctype: 'C', locale: own, icuRules };
}
