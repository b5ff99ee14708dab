import { posix } from 'node:path';
import { sitePath } from './pages.ts';
import { anchorsOf } from './slug.ts';

/** The repository as the site sees it. */
export interface Repository {
  /** The pages of the site with their texts. */
  readonly pages: ReadonlyMap<string, string>;
  /** Whether a file or folder is there. */
  has(path: string): boolean;
  /** The page that shows a file or a folder which is not on the site. */
  readonly url: string;
}

/** A link or an image, or code, in which nothing is a link. */
const PARTS =
  /^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2|(`+)(?:(?!\3)[\s\S])+?\3|(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)/gm;
const IMAGE = /\.(png|svg)$/;

/** The text of a page for the site, and the images that it shows. Throws with every link that leads nowhere. */
export function withSiteLinks(
  page: string,
  repository: Repository,
): { readonly text: string; readonly images: readonly string[] } {
  const dead: string[] = [];
  const images: string[] = [];
  const text = (repository.pages.get(page) ?? '').replace(
    PARTS,
    (whole, _indent, _fence, _ticks, mark, label, target) => {
      if (target === undefined || /^[a-z]+:/i.test(target)) return whole;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : posix.join(posix.dirname(page), path).replace(/\/$/, '');
      if (IMAGE.test(file) && repository.has(file)) images.push(file);
      const there = targetOf(file, anchor, repository);
      if (there === undefined) dead.push(target);
      return `${mark}[${mark ? label : linked(label, page, repository)}](${there})`;
    },
  );
  if (dead.length > 0) throw new Error(`${page}: dead links: ${dead.join(', ')}`);
  return { text, images };
}

/** A label may hold an image of its own. */
function linked(label: string, page: string, repository: Repository): string {
  return label.includes('](') ? withSiteLinks(page, { ...repository, pages: new Map([[page, label]]) }).text : label;
}

function targetOf(file: string, anchor: string | undefined, { pages, has, url }: Repository): string | undefined {
  const page = [file, `${file}/README.md`].find((path) => pages.has(path));
  if (page !== undefined) {
    if (anchor === undefined) return sitePath(page);
    return anchorsOf(pages.get(page) ?? '').has(anchor) ? `${sitePath(page)}#${anchor}` : undefined;
  }
  if (!has(file)) return undefined;
  return IMAGE.test(file) ? `/${file}` : `${url}/${file}${anchor === undefined ? '' : `#${anchor}`}`;
}
