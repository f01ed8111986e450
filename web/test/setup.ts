import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { forget } from '@/lib/kept';
import { host } from './host';

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 5_000 });

// The code editor measures its lines, which jsdom cannot: what stands in its place where it does not come is tested here,
// and the editor itself in a browser.
vi.mock('@/ui/editor/editor', () => {
  throw new Error('no editor');
});

// What jsdom lacks of a browser.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
vi.stubGlobal('scrollTo', () => undefined);
Blob.prototype.text ??= function text() {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.readAsText(this);
  });
};

beforeAll(() => host.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  cleanup();
  host.resetHandlers();
  sessionStorage.clear();
  localStorage.clear();
  forget();
});
afterAll(() => host.close());
