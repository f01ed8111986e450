import concepts from './pages/concepts.md?raw';
import faq from './pages/faq.md?raw';
import oauth from './pages/oauth.md?raw';
import quickstart from './pages/quickstart.md?raw';
import security from './pages/security.md?raw';
import selfHosting from './pages/self-hosting.md?raw';
import tools from './pages/tools.md?raw';

export interface DocPage {
  slug: string;
  title: string;
  text: string;
}

/** In reading order; the first is what `/docs` shows. */
export const pages: readonly [DocPage, ...DocPage[]] = [
  { slug: 'quickstart', title: 'Quickstart', text: quickstart },
  { slug: 'concepts', title: 'Concepts', text: concepts },
  { slug: 'tools', title: 'Writing tools', text: tools },
  { slug: 'security', title: 'Capabilities and security', text: security },
  { slug: 'oauth', title: 'OAuth for client authors', text: oauth },
  { slug: 'self-hosting', title: 'Self-hosting', text: selfHosting },
  { slug: 'faq', title: 'Questions', text: faq },
];
