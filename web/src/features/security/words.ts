/** What SECURITY.md promises, in short. */

export const reaches: [string, string][] = [
  [
    'The hosts that it was granted',
    'By the methods and below the paths that the grant names. One gate checks each request and each resolved address, dials the address that it checked, and follows no redirect.',
  ],
  ['Its own store', 'Only if its component imports one. No other server sees it.'],
  ['The AI client that called', 'Its result goes there, and to nobody else.'],
  [
    'Nothing else',
    'There is no file system, no environment and no socket. A component that imports anything else is refused.',
  ],
];

export const isolated: [string, string][] = [
  [
    'A tool’s code from the platform',
    'Each call runs in a fresh instance, with bounds on processor, memory, time, requests and bytes. The bound that is hit names itself.',
  ],
  ['A call from the next one', 'Nothing is left in memory of one call for another.'],
  [
    'Organisations from each other',
    'Nothing is shared that a call can see, and the processor is shared by what each has used. What belongs to another organisation is answered as if it were not there.',
  ],
  [
    'The compiler from everything',
    'It runs with an empty environment, in a folder of its own, without a network, under Landlock and seccomp.',
  ],
  [
    'A model from the grant',
    'It changes code only. It cannot ask for a host, a secret, a tool or another text, whatever it reads.',
  ],
  [
    'A fork from its template',
    'It has secrets, store and calls of its own, and changes only when its owner takes a newer release. A takedown stops every fork.',
  ],
];

export const travels: [string, string][] = [
  [
    'Given',
    'In the review of a draft, after the model is done. A description that holds what looks like a secret is refused before it is sent.',
  ],
  ['Kept', 'Encrypted (AES-256-GCM, a key for each, wrapped by the platform’s), and never shown again.'],
  ['Named', 'The code writes a name, like `Bearer {GITHUB_TOKEN}`. The value does not enter the sandbox.'],
  ['Sent', 'Put in as the request leaves, toward the hosts that the secret is bound to and no others.'],
  ['Taken out', 'Where an answer echoes it, and from logs and records, before anything else reads them.'],
];

export const unpromised: string[] = [
  'Protection from the operator: who runs the platform can read its database and keys.',
  'Protection from a granted host: what a tool sends to a host that it may reach, that host has.',
  'That a template is harmless. «Verified» says that an admin of this platform vouches for it, and no more.',
  'That a model’s code does what was asked. Source, manifest and imports are shown before and after the build: read them.',
  'Side channels of the processor between organisations on one machine.',
];
