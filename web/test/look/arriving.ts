/** A draft whose stream is held open: the page's own fetch of it is answered by hand. */
import type { Page } from 'playwright-core';
import { spec } from '../fixtures';

const text = JSON.stringify(spec);

/** Has the next draft arrive up to its second tool. */
export async function arrive(page: Page) {
  await page.evaluate(`{
    const fetched = window.fetch;
    window.fetch = async (path, init) => {
      if (!String(path).endsWith('/preview/stream')) return fetched(path, init);
      const body = new ReadableStream({ start: (controller) => { window.draft = controller; } });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    };
  }`);
  await page.getByRole('button', { name: 'Notion search' }).click();
  await page.getByRole('button', { name: 'Draft tools' }).click();
  await page.waitForFunction('window.draft');
  await send(page, 'text', { text: text.slice(0, text.indexOf('"helpers"') - 12) });
  await page.getByRole('heading', { name: 'Review the draft' }).waitFor();
  await page.getByText('Arguments: page_id').waitFor();
}

export function send(page: Page, event: string, data: unknown): Promise<unknown> {
  const bytes = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  return page.evaluate(`window.draft.enqueue(new TextEncoder().encode(${JSON.stringify(bytes)}))`);
}
