import type { ButtonHTMLAttributes, Ref } from 'react';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const looks: Record<Look, string> = {
  primary: 'bg-accent text-accent-ink border-transparent hover:brightness-90',
  plain: 'bg-surface text-ink border-line hover:border-edge',
  quiet: 'text-muted border-transparent hover:text-ink hover:bg-sunken',
  danger: 'bg-surface text-broken border-line hover:border-broken',
};

/** The classes of a button, for links that act as one. */
export function buttonClass(look: Look = 'plain'): string {
  return `inline-flex h-9 shrink-0 items-center justify-center gap-2 rounded-md border px-3 font-medium whitespace-nowrap transition-[border-color,background-color,opacity] duration-150 disabled:cursor-not-allowed disabled:opacity-50 ${looks[look]}`;
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  /** Shown in place of the label while the work is under way. */
  busy?: string | false;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = 'plain', busy = false, className = '', children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy !== false}
      aria-busy={busy !== false}
      className={`${buttonClass(look)} ${className}`}
    >
      {busy || children}
    </button>
  );
}
