import { useMutation, useQueryClient } from '@tanstack/react-query';
import { jsonBody, postJson, problemFrom, send, Unreachable } from '@/lib/api';
import type { CreatedServer, NewServer, Preview } from '@/lib/contract';
import { serverEvents } from '@/lib/sse';

/** Three of the host's 15-second keep-alives. */
const IDLE_MS = 45_000;
const CUT_OFF = 'The connection broke before the draft was whole. Your description is kept: draft it again.';

interface PreviewRequest {
  prompt: string;
  /** Asks a model also where there is a draft of these words already. */
  fresh?: boolean;
  signal: AbortSignal;
  /** Called with each piece of the model's text. */
  onText: (text: string) => void;
}

/** Drafts a spec. Settles with the stream's one terminal event, or fails when there is none. */
export async function streamPreview({ prompt, fresh, signal, onText }: PreviewRequest): Promise<Preview> {
  const response = await send('servers/preview/stream', {
    ...jsonBody('POST', { prompt, ...(fresh && { fresh }) }),
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    signal,
  });
  if (!response.body) throw new Unreachable(CUT_OFF);
  try {
    for await (const { event, data } of serverEvents(response.body, IDLE_MS)) {
      const content: unknown = JSON.parse(data);
      if (event === 'text') onText((content as { text: string }).text);
      if (event === 'spec') return content as Preview;
      if (event === 'error') throw problemFrom(content, (content as { status?: number }).status ?? 200);
    }
  } catch (error) {
    // The body broke off or fell silent: not something that the host said.
    if (error instanceof Error && error.name === 'ApiError') throw error;
    if (signal.aborted) throw error;
    throw new Unreachable(CUT_OFF);
  }
  throw new Unreachable(CUT_OFF);
}

export function usePreview() {
  return useMutation({ mutationFn: streamPreview });
}

export function useCreateServer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (server: NewServer) => postJson<CreatedServer>('servers', server),
    // The variables hold secret values: nothing of a finished request is kept.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['servers'] }),
  });
}
