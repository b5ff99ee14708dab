/** Every file that a backup may contain. No other is read from a segment or a catalog. */
export const DUMP_FILE_NAME = /^(toc\.dat|\d{1,10}\.dat|large-objects\.dump|globals\.sql)$/;
