import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { capabilities } from '@/lib/capability';
import { buttonClass } from '@/ui/Button';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Part } from '@/ui/Page';
import { Pairs } from '@/ui/Pairs';
import { example } from './example';

interface Props {
  /** What tells a client of a server, of which client, and which others there are. */
  snippet: string;
  of: string;
  names: string[];
}

/** What Cloche is, for who is not signed in: in a sentence, in three steps, and in what can be checked. */
export function LandingPage({ snippet, of, names }: Props) {
  useEffect(() => {
    document.title = 'Cloche';
  }, []);
  return (
    <div className="grid gap-16 py-4 lg:py-8">
      <Beginning />
      <Steps />
      <Checks />
      <Part title="Connect the client that you have">
        <p className="max-w-[68ch] text-base text-muted">
          A server is one URL, over streamable HTTP with standard OAuth. Its page has the way for each client:{' '}
          {new Intl.ListFormat('en').format(names)}. Others that follow the protocol find it by themselves.
        </p>
        <figure className="grid gap-2">
          <pre className="rounded-md border border-line bg-sunken px-4 py-3 text-xs whitespace-pre-wrap wrap-anywhere">
            {snippet}
          </pre>
          <figcaption className="text-xs text-muted">
            For {of}. Your own server’s URL stands where this one does.
          </figcaption>
        </figure>
      </Part>
    </div>
  );
}

function Beginning() {
  return (
    <div className="grid items-center gap-x-16 gap-y-10 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="grid gap-6">
        <h1 className="text-[32px] leading-10 font-semibold tracking-tight text-balance sm:text-[40px] sm:leading-12">
          Describe tools in words. <br className="max-sm:hidden" />
          Get an MCP server at a URL.
        </h1>
        <p className="max-w-[52ch] text-base text-muted">
          Cloche hosts MCP servers, each sealed as a WebAssembly component: it reaches the hosts that you allow and
          nothing else, and your secrets never enter its code.
        </p>
        <div className="flex flex-wrap gap-3">
          <Link to="/sign-in" className={buttonClass('primary')}>
            Sign in or start
          </Link>
          <Link to="/docs" className={buttonClass()}>
            Read the quickstart
          </Link>
          <Link to="/templates" className={buttonClass()}>
            Look through templates
          </Link>
        </div>
      </div>
      <figure className="grid gap-3">
        <CapabilityCard can={capabilities(example, false)} title={`Example: what ${example.name} can do`} />
        <figcaption className="text-xs text-muted">
          The card of {example.name}, a server of the starter library. The same one stands wherever you decide: at a
          draft, a new version, a template, a client’s request.
        </figcaption>
      </figure>
    </div>
  );
}

const steps: [string, string][] = [
  [
    'Say what you need',
    'In your own words, or with an OpenAPI 3 document. A model drafts the tools; from a document they are made without one.',
  ],
  [
    'Read what was made',
    'Every tool with its code, the hosts that it may reach, the secrets that it needs. Change what you like. Nothing runs until you build it.',
  ],
  [
    'Connect a client',
    'The build gives you a URL. Your AI client signs in to it, and a consent page asks you what it may do.',
  ],
];

function Steps() {
  return (
    <Part title="How it works">
      <ol className="grid gap-x-8 gap-y-6 md:grid-cols-3">
        {steps.map(([title, text], i) => (
          <li key={title} className="grid content-start gap-2 border-line border-t pt-4">
            <p className="text-xs text-muted tabular-nums">Step {i + 1}</p>
            <h3 className="font-semibold">{title}</h3>
            <p className="text-muted">{text}</p>
          </li>
        ))}
      </ol>
    </Part>
  );
}

const checks: [string, ReactNode][] = [
  ['What it can do', 'Read from the component’s own import list and its grant, not from what its author says of it.'],
  [
    'What runs',
    <>
      Downloaded with its source and built again: <code>cloche rebuild</code> gives the same bytes.
    </>,
  ],
  [
    'How it was built',
    <>
      Stated by the platform and signed: <code>cloche verify</code> checks the statement without a network.
    </>,
  ],
  ['What a new version asks for', 'Shown before it answers. What asks for more waits for an owner or a reviewer.'],
];

function Checks() {
  return (
    <Part title="What a reviewer can check">
      <Pairs pairs={checks} />
      <p>
        <Link to="/security" className="text-link underline underline-offset-2">
          How it is isolated, and how to check it yourself
        </Link>
      </p>
    </Part>
  );
}
