// The configuration of VitePress; copied beside the pages, with site.json, which holds what comes from them.
import { readFileSync } from 'node:fs';
import { slug } from './slug.ts';

const { sidebar, nav, repository } = JSON.parse(readFileSync(new URL('./site.json', import.meta.url), 'utf8'));

// biome-ignore lint/style/noDefaultExport: VitePress takes it
export default {
  title: 'postgres-backuper',
  description: 'Encrypted backups of PostgreSQL that are proven by restoring them',
  lang: 'en',
  // pages of text: what looks like HTML in them is text as well
  markdown: { html: false, anchor: { slugify: slug }, config: withoutTemplates },
  ignoreDeadLinks: false,
  metaChunk: true,
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar,
    nav,
    socialLinks: [{ icon: 'github', link: `https://github.com/${repository}` }],
  },
};

/** Pages show `{{ }}` of workflows and templates; it is none of Vue's. */
function withoutTemplates({ renderer: { rules }, utils: { escapeHtml } }) {
  const shown = (text) => escapeHtml(text).replaceAll('{', '&#123;');
  rules.text = (tokens, index) => shown(tokens[index].content);
  rules.code_inline = (tokens, index) => `<code>${shown(tokens[index].content)}</code>`;
}
