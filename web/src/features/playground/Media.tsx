import { useEffect, useRef, useState } from 'react';
import { size } from '@/lib/figures';
import { Button, buttonClass } from '@/ui/Button';

/** What browsers draw without running anything in it. */
const drawn = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

interface Props {
  kind: 'image' | 'audio';
  /** In base64. */
  data: string;
  mimeType: string;
}

/** An image is shown, a sound can be played, and either can be kept. */
export function Media({ kind, data, mimeType }: Props) {
  const [broken, setBroken] = useState(false);
  const type = mimeType.toLowerCase();
  const shown = kind === 'image' && drawn.includes(type) && !broken;
  return (
    <figure className="grid gap-3 rounded-md border border-line bg-surface p-4">
      {shown && (
        <img
          src={`data:${type};base64,${data}`}
          alt="What the tool gave"
          onError={() => setBroken(true)}
          className="max-h-96 max-w-full justify-self-start"
        />
      )}
      {kind === 'image' && !shown && <p className="text-muted">This image cannot be shown here.</p>}
      <figcaption className="flex flex-wrap items-center gap-3">
        {kind === 'audio' && <Player data={data} />}
        <a
          href={`data:application/octet-stream;base64,${data}`}
          download={`result.${ending(type)}`}
          className={buttonClass()}
        >
          Download
        </a>
        <span className="text-xs text-muted wrap-anywhere">
          <code>{mimeType}</code> · {size(Math.floor((data.length * 3) / 4))}
        </span>
      </figcaption>
    </figure>
  );
}

function ending(type: string): string {
  return /^[a-z]+\/([a-z0-9]{1,8})$/.exec(type)?.[1] ?? 'bin';
}

/** Plays by Web Audio: the content policy lets no media in by an address. */
function Player({ data }: { data: string }) {
  const [state, setState] = useState<'silent' | 'playing' | 'failed'>('silent');
  const context = useRef<AudioContext>(null);

  function stop() {
    void context.current?.close();
    context.current = null;
    setState('silent');
  }

  useEffect(() => () => void context.current?.close(), []);

  async function play() {
    const audio = new AudioContext();
    context.current = audio;
    setState('playing');
    try {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const source = new AudioBufferSourceNode(audio, { buffer: await audio.decodeAudioData(bytes.buffer) });
      source.connect(audio.destination);
      source.onended = stop;
      source.start();
    } catch {
      stop();
      setState('failed');
    }
  }

  return (
    <>
      <Button onClick={state === 'playing' ? stop : play}>{state === 'playing' ? 'Stop' : 'Play'}</Button>
      {state === 'failed' && <span className="text-broken">This browser cannot play it.</span>}
    </>
  );
}
