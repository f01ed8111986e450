import type { State } from './api';

interface Words {
  title: string;
  /** What it does. */
  does: string;
  /** What that means for people while it does not answer. */
  without: string;
}

const known: Record<string, Words> = {
  api: {
    title: 'API',
    does: 'Answers this app, scripts and AI clients',
    without: 'Nothing can be read or changed; AI clients may not reach their servers either.',
  },
  database: {
    title: 'Database',
    does: 'Keeps servers, versions, members and records',
    without: 'Nothing can be read or changed, and nobody can sign in.',
  },
  compiler: {
    title: 'Compiler',
    does: 'Makes components of tools’ code',
    without: 'No code is compiled: builds wait. Live servers go on answering, and templates can be forked.',
  },
  calls: {
    title: 'Calls',
    does: 'Runs what AI clients call, each call in a sandbox of its own',
    without: 'Tools do not answer AI clients.',
  },
  model: {
    title: 'Model',
    does: 'Drafts tools from descriptions, and mends drafts that do not build',
    without:
      'Nothing can be drafted from a description. Live servers go on answering; OpenAPI documents need no model.',
  },
  builds: {
    title: 'Builds',
    does: 'Bring new versions from their code to their URL',
    without: 'New versions wait. Those that are live go on answering.',
  },
};

/** Of a part that this version knows nothing of, its name alone. */
export function wordsOf(name: string): Words {
  return known[name] ?? { title: name, does: '', without: '' };
}

export const stateWords: Record<State, string> = {
  ok: 'Works',
  degraded: 'Slow or partly failing',
  down: 'Does not answer',
};

export const overall: Record<State, string> = {
  ok: 'Everything works',
  degraded: 'Some of it is slow or failing',
  down: 'The platform is down',
};
