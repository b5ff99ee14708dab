import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { findProgram } from './parts.ts';

/** How a page is looked at. */
export interface Look {
  readonly colours: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

/** A headless Chromium. */
export interface Browser {
  /** Opens a file as a user would, and hands it over; `complaints`: what the console and the page reported so far. */
  open<Result>(
    path: string,
    look: Look,
    use: (page: Page, complaints: readonly string[]) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

/** Chromium of the system, without a network. Errors: Error where there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await findProgram('chromium');
  const isRoot = process.getuid?.() === 0; // its sandbox does not run as root
  const browser = await chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] });
  return {
    async open(path, { colours, width, height }, use) {
      const context = await browser.newContext({ colorScheme: colours, viewport: { width, height }, offline: true });
      const complaints: string[] = [];
      try {
        const page = await context.newPage();
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('request', (request) => {
          if (!request.url().startsWith('file:')) complaints.push(`asks for ${request.url()}`);
        });
        await page.goto(pathToFileURL(path).href);
        return await use(page, complaints);
      } finally {
        await context.close();
      }
    },
    close: () => browser.close(),
  };
}

/** What axe-core finds wrong with a page, one line each: the rule and where. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source); // through the debugger: the page's policy allows no script
  return page.evaluate(RUN_AXE);
}

const RUN_AXE = `axe.run(document).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ': ' + failureSummary)))`;
