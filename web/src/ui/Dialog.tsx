import { type ReactNode, useEffect, useId, useRef } from 'react';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal question. The browser's own dialog traps focus and closes on Escape; focus goes back to what asked for it. */
export function Dialog({ title, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const asked = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (asked instanceof HTMLElement && asked.isConnected) asked.focus();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      className="arrive m-auto w-[min(30rem,calc(100vw-2rem))] rounded-md border border-line bg-surface p-6 text-ink shadow-xl"
    >
      <h2 id={id} className="mb-3 text-lg font-semibold wrap-anywhere">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
