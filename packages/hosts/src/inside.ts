/** Whether a directory is that folder, or lies in it; not where the folder is unknown. */
export function isInside(directory: string, folder: string | undefined): boolean {
  if (!folder?.startsWith('/')) return false;
  const base = folder.replace(/\/+$/, '');
  return directory === base || directory.startsWith(`${base}/`);
}
