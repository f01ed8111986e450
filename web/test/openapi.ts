/** An API's description, as the made-up host has read it. */
import type { Imported, ImportOperation } from '@/lib/imports';

function operation(id: string, summary: string, more: Partial<ImportOperation> = {}): ImportOperation {
  const [method = '', path = ''] = id.split(' ');
  return { id, method, path, summary, ...more };
}

const pets = [
  operation('GET /v1/pets', 'Lists pets', { tag: 'pets' }),
  operation('POST /v1/pets', 'Adds a pet', { tag: 'pets' }),
  operation('GET /v1/pets/{id}', 'Reads one pet', { tag: 'pets' }),
  operation('PUT /v1/pets/{id}/photo', 'Sends a photo', {
    tag: 'pets',
    notImportable: 'its body is image/png, and tools send JSON, forms and text',
  }),
  operation('GET /v1/owners', 'Lists owners', { tag: 'owners', deprecated: true }),
  operation('GET /v1/health', ''),
];

export function imported(change: Partial<Imported> = {}): Imported {
  return {
    importId: 'imp_01',
    expiresAt: '2026-11-22T12:00:00Z',
    title: 'Pets',
    version: '1.2.0',
    operations: pets,
    importable: 5,
    mostTools: 20,
    tooLarge: false,
    advice: '5 of 6 operations can be tools: choose those that are needed',
    servers: [{ url: 'https://pets.example.com', description: '', address: 'https://pets.example.com/' }],
    auth: [
      { name: 'apiKey', kind: 'header', description: 'Sent as X-Api-Key' },
      { name: 'oauth', kind: 'unsupported', description: 'OAuth 2.0 needs a person at a browser' },
    ],
    ...change,
  };
}

/** With more operations than one server has tools. */
export function large(): Imported {
  const operations = Array.from({ length: 60 }, (_, i) =>
    operation(`GET /v1/${['pets', 'owners', 'visits', 'bills'][i % 4]}/${i}`, `Reads number ${i}`),
  );
  return imported({
    operations,
    importable: 60,
    tooLarge: true,
    advice:
      'the document is too large for one server: 60 of 60 operations can be tools, and a server has 20 at most; choose up to 20',
  });
}
