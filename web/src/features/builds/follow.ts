import type { BuildEvent, BuildState } from '@/lib/contract';

export type Link = 'connecting' | 'following' | 'reconnecting';

export function isFinal(state: BuildState): boolean {
  return state === 'live' || state === 'needs_approval' || state === 'failed';
}

/** Adds an event to those known; a replayed one is already there. */
export function withEvent(events: BuildEvent[], event: BuildEvent): BuildEvent[] {
  if (events.some(({ seq }) => seq === event.seq)) return events;
  return [...events, event].sort((a, b) => a.seq - b.seq);
}

interface Listeners {
  onEvent: (event: BuildEvent) => void;
  onLink: (link: Link) => void;
  /** Before each new attempt: the place to find out why the stream broke. */
  onLost: () => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

/** Follows a build over WebSocket until its final state, reconnecting as often as it takes. Returns how to stop. */
export function followBuild(buildId: string, { onEvent, onLink, onLost }: Listeners): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  let over = false;

  function connect() {
    const url = new URL(`/v1/builds/${encodeURIComponent(buildId)}/stream`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(String(data)) as BuildEvent;
      wait = FIRST_WAIT_MS;
      if (isFinal(event.state)) stop();
      onLink('following');
      onEvent(event);
    };
    socket.onclose = () => {
      if (over) return;
      onLink('reconnecting');
      onLost();
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  }

  function stop() {
    over = true;
    clearTimeout(timer);
    socket?.close();
  }

  onLink('connecting');
  connect();
  return stop;
}
