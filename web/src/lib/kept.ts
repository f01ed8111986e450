import { useState } from 'react';

const kept = new Map<string, unknown>();

/**
 * State that outlives its component until the page is left or loaded anew: what is half typed is still there after a
 * session has ended and begun again. The key names whose it is.
 */
export function useKept<T>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => (kept.has(key) ? (kept.get(key) as T) : initial));
  function keep(value: T) {
    kept.set(key, value);
    setValue(value);
  }
  return [value, keep];
}

/** Drops what is kept under a key, or everything. */
export function forget(key?: string) {
  if (key === undefined) kept.clear();
  else kept.delete(key);
}
