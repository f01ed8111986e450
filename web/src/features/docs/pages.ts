import concepts from './pages/concepts.md?url';
import faq from './pages/faq.md?url';
import oauth from './pages/oauth.md?url';
import quickstart from './pages/quickstart.md?url';
import security from './pages/security.md?url';
import selfHosting from './pages/self-hosting.md?url';
import tools from './pages/tools.md?url';

export interface DocPage {
  slug: string;
  title: string;
  /** Where its text is: a file beside the scripts, so that only what is read is loaded. */
  url: string;
}

/** In reading order; the first is what `/docs` shows. */
export const pages: readonly [DocPage, ...DocPage[]] = [
  { slug: 'quickstart', title: 'Quickstart', url: quickstart },
  { slug: 'concepts', title: 'Concepts', url: concepts },
  { slug: 'tools', title: 'Writing tools', url: tools },
  { slug: 'security', title: 'Capabilities and security', url: security },
  { slug: 'oauth', title: 'OAuth for client authors', url: oauth },
  { slug: 'self-hosting', title: 'Self-hosting', url: selfHosting },
  { slug: 'faq', title: 'Questions', url: faq },
];
