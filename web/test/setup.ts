import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { host } from './host';

// What jsdom lacks of a browser.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
vi.stubGlobal('scrollTo', () => undefined);

beforeAll(() => host.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  cleanup();
  host.resetHandlers();
  sessionStorage.clear();
  localStorage.clear();
});
afterAll(() => host.close());
