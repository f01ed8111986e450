import { useEffect, useRef, useState } from 'react';
import { Field } from '@/ui/Field';

const PAUSE_MS = 300;

interface Props {
  q: string;
  onSearch: (q: string) => void;
}

/** Searches once the typing has paused. */
export function SearchField({ q, onSearch }: Props) {
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const search = useRef(onSearch);
  search.current = onSearch;

  // Changed from elsewhere: by going back, or by clearing it.
  useEffect(() => {
    if (q === sent.current) return;
    sent.current = q;
    setText(q);
  }, [q]);

  useEffect(() => {
    const words = text.trim();
    if (words === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = words;
      search.current(words);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <Field
      label="Search templates"
      bare
      type="search"
      placeholder="Search"
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
