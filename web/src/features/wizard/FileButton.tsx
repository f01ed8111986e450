import { type ChangeEvent, useId } from 'react';
import { buttonClass } from '@/ui/Button';

export interface DocumentFile {
  name: string;
  size: string;
  text: string;
}

/** As much as the host reads. */
const MOST_BYTES = 16 * 2 ** 20;

interface Props {
  onFile: (file: DocumentFile) => void;
  onProblem: (problem: string) => void;
}

/** Takes a document from this computer; it is read here, and sent with the form. */
export function FileButton({ onFile, onProblem }: Props) {
  const id = useId();

  async function take({ target }: ChangeEvent<HTMLInputElement>) {
    const file = target.files?.[0];
    // So that the same file can be chosen again, once it was changed.
    target.value = '';
    if (!file) return;
    const size = sizeOf(file.size);
    if (file.size > MOST_BYTES) {
      onProblem(`${file.name} has ${size}, and 16 MiB are read at most: give the part that is needed.`);
      return;
    }
    try {
      onFile({ name: file.name, size, text: await file.text() });
    } catch {
      onProblem(`${file.name} cannot be read by this browser: paste its text.`);
    }
  }

  return (
    <div>
      <input
        id={id}
        type="file"
        accept=".json,.yaml,.yml,application/json,application/yaml"
        onChange={take}
        className="peer sr-only"
      />
      <label
        htmlFor={id}
        className={`${buttonClass()} cursor-pointer peer-focus-visible:outline-2 peer-focus-visible:outline-accent peer-focus-visible:outline-offset-2`}
      >
        Choose a file
      </label>
    </div>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 2 ** 20) return `${Math.round(bytes / 1024)} KiB`;
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
