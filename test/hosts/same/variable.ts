/** `keep-days` → `BACKUP_KEEP_DAYS` */
export function variable(option: string, prefix = 'BACKUP_'): string {
  return `${prefix}${option.replaceAll('-', '_').toUpperCase()}`;
}
