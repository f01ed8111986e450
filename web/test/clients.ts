/** Clients that hold tokens, as the made-up host has them. */
import type { ConnectedClient } from '@/lib/clients';

export function connected(change: Partial<ConnectedClient> = {}): ConnectedClient {
  return {
    id: 'gra_01',
    client: { id: 'https://claude.ai/oauth/client.json', name: 'Claude', host: 'claude.ai' },
    server: { id: 'srv_01', name: 'Notion notes', slug: 'notion-notes' },
    person: { id: 'usr_01', name: 'Ada' },
    mine: true,
    connectedAt: '2026-11-02T10:00:00Z',
    lastSeenAt: '2026-11-21T11:40:00Z',
    ...change,
  };
}

export const clients: ConnectedClient[] = [
  connected(),
  connected({
    id: 'gra_02',
    client: { id: 'cli_01', name: 'Claude Code (notion-notes)', host: null },
    connectedAt: '2026-11-20T10:00:00Z',
  }),
  connected({
    id: 'gra_03',
    client: { id: 'cli_02', name: '<img src=x onerror="window.planted = true"> for the whole of the team', host: null },
    server: { id: 'srv_02', name: 'Weather where you are, and where you will be', slug: 'weather' },
    person: { id: 'usr_02', name: 'Grace <b>Hopper</b>' },
    mine: false,
    lastSeenAt: '2026-11-12T08:00:00Z',
  }),
  connected({
    id: 'gra_04',
    client: { id: 'cli_03', name: 'Cursor', host: null },
    person: { id: 'usr_03', name: '' },
    mine: false,
  }),
];
