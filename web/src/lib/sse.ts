/** Server-sent events from a fetched body (the browser's EventSource cannot POST). */

export interface ServerEvent {
  event: string;
  data: string;
}

/** The stream was quiet for longer than the host's keep-alive allows. */
export class StreamStalled extends Error {}

/** Yields each event as soon as its blank line has arrived, however the bytes were cut on the way. */
export async function* serverEvents(body: ReadableStream<Uint8Array>, idleMs: number): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  try {
    while (true) {
      const { done, value } = await withinIdle(reader.read(), idleMs);
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A lone CR at the end may be the first half of CRLF: leave it for the next chunk.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
          event = '';
          data = [];
        } else if (line.startsWith('event:')) {
          event = fieldValue(line, 'event:');
        } else if (line.startsWith('data:')) {
          data.push(fieldValue(line, 'data:'));
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fieldValue(line: string, field: string): string {
  const value = line.slice(field.length);
  return value.startsWith(' ') ? value.slice(1) : value;
}

async function withinIdle<T>(work: Promise<T>, idleMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const idle = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StreamStalled('nothing arrived in time')), idleMs);
  });
  try {
    return await Promise.race([work, idle]);
  } finally {
    clearTimeout(timer);
  }
}
