/** Every file that a backup may contain. No other is read from a catalog. */
export const DUMP_FILE_NAME = /^(toc\.dat|\d{1,10}\.dat|large-objects\.dump|globals\.sql)$/;

/** What a piece may be of: a file, or a slice of a table's data file. No other is read from a segment. */
export const PIECE_FILE_NAME = /^(toc\.dat|\d{1,10}\.dat(\.\d{4})?|large-objects\.dump|globals\.sql)$/;
