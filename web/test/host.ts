/** A made-up host for tests, signed in unless a test says otherwise. */
import { HttpResponse, http, ws } from 'msw';
import { setupServer } from 'msw/node';
import { created, detail, me, preview, problem, server } from './fixtures';
import { unrelated } from './market';
import { calls, usage, versions } from './oneServer';

export const signedOut = http.get('*/v1/auth/me', () => refuse(401, 'unauthenticated', 'Sign in.'));

export const buildStream = ws.link('ws://127.0.0.1:8787/v1/builds/:id/stream');

export function refuse(status: number, code: string, detail: string) {
  return HttpResponse.json(problem(status, code, detail), { status });
}

export function eventStream(...pieces: string[]) {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
  return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
}

export function specEvent(of = preview()): string {
  return `event: spec\ndata: ${JSON.stringify(of)}\n\n`;
}

export const host = setupServer(
  http.get('*/v1/auth/me', () => HttpResponse.json(me)),
  http.get('*/v1/auth/providers', () => HttpResponse.json({ providers: [], passkeys: false, plansForSale: false })),
  http.get('*/v1/billing/plans', () => refuse(404, 'billing_off', 'Its operator gives out plans.')),
  http.get('*/v1/me/passkeys', () => HttpResponse.json({ passkeys: [] })),
  http.get('*/v1/me/identities', () => HttpResponse.json({ identities: [] })),
  http.post('*/v1/servers/preview/stream', () => eventStream('event: text\ndata: {"text":"{"}\n\n', specEvent())),
  http.post('*/v1/servers', () => HttpResponse.json(created, { status: 201 })),
  http.get('*/v1/servers', () => HttpResponse.json({ servers: [server()] })),
  http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail())),
  http.get('*/v1/servers/srv_01/template', () => HttpResponse.json(unrelated)),
  http.get('*/v1/builds/bld_01', () =>
    HttpResponse.json({ id: 'bld_01', serverId: 'srv_01', state: 'queued', events: [] }),
  ),
  buildStream.addEventListener('connection', () => undefined),
  http.get('*/v1/reviews', () => HttpResponse.json({ reviews: [] })),
  http.get('*/v1/usage', () => HttpResponse.json(usage())),
  http.get('*/v1/servers/srv_01/calls', () => HttpResponse.json({ calls, nextCursor: null })),
  http.get('*/v1/servers/srv_01/versions', () => HttpResponse.json({ versions, nextCursor: null })),
);
