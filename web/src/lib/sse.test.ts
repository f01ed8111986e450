import { expect, test } from 'vitest';
import { type ServerEvent, StreamStalled, serverEvents } from './sse';

function stream(chunks: Uint8Array[], close = true): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      if (close) controller.close();
    },
  });
}

async function all(chunks: Uint8Array[]): Promise<ServerEvent[]> {
  const found: ServerEvent[] = [];
  for await (const event of serverEvents(stream(chunks), 1000)) found.push(event);
  return found;
}

const text = ': keep-alive\n\nevent: text\r\ndata: {"text":"grün"}\r\n\r\ndata: a\ndata:b\n\nevent: spec\ndata: {}\n\n';
const meant = [
  { event: 'text', data: '{"text":"grün"}' },
  { event: 'message', data: 'a\nb' },
  { event: 'spec', data: '{}' },
];

test('events are the same wherever the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await all([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(meant);
  }
  expect(await all([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(meant);
});

test('an event that was cut off is not delivered', async () => {
  expect(await all([new TextEncoder().encode('event: spec\ndata: {"half":')])).toEqual([]);
});

test('a stream that falls silent is given up', async () => {
  const silent = serverEvents(stream([], false), 20);
  await expect(silent.next()).rejects.toThrow(StreamStalled);
});
