import { memo, useEffect, useRef, useState } from 'react';
import { Chevron } from '@/ui/Code';
import { Inline } from '@/ui/Inline';
import type { ApiDocument, Operation } from './document';
import { OperationView } from './OperationView';

interface Props {
  document: ApiDocument;
  operation: Operation;
  /** The address names it. */
  named: boolean;
  onOpen: (id: string) => void;
}

/** An operation by its name; the rest of it is made when it is opened. */
export const OperationRow = memo(function OperationRow({ document, operation, named, onOpen }: Props) {
  const { id, method, path, title, deprecated } = operation;
  const [open, setOpen] = useState(named);
  const row = useRef<HTMLLIElement>(null);
  const clicked = useRef(false);

  // The address may come to name it later, and the document after the browser has looked for the place. Who has opened
  // it here is there already.
  useEffect(() => {
    if (named && !clicked.current) {
      setOpen(true);
      row.current?.scrollIntoView();
    }
    clicked.current = false;
  }, [named]);

  function toggle() {
    if (!open && !named) {
      clicked.current = true;
      onOpen(id);
    }
    setOpen(!open);
  }

  return (
    <li ref={row} id={id} className="grid min-w-0 scroll-mt-20 md:scroll-mt-8">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          onClick={toggle}
          className="flex w-full items-start gap-2 px-4 py-3 text-left -outline-offset-2 hover:bg-sunken"
        >
          <span className={`mt-0.5 transition-transform duration-150 ${open ? 'rotate-90' : ''}`}>
            <Chevron />
          </span>
          <span className="grid min-w-0 gap-0.5">
            <code className="wrap-anywhere">
              <span className="font-medium">{method}</span> {path}
            </code>
            <span className="text-muted">
              <Inline text={title} />
              {deprecated && ' · deprecated'}
            </span>
          </span>
        </button>
      </h3>
      {open && (
        <div className="min-w-0 border-line border-t px-4 py-4 sm:pl-10">
          <OperationView document={document} operation={operation} />
        </div>
      )}
    </li>
  );
});
