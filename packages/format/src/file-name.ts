/** Every file that a backup may hold. Nothing else is ever read from a segment or a catalog. */
export const DUMP_FILE_NAME = /^(toc\.dat|\d{1,10}\.dat|large-objects\.dump|globals\.sql)$/;
