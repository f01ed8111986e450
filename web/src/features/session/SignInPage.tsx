import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Capabilities } from '@/lib/capability';
import { Mark } from '@/ui/Bell';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Notice } from '@/ui/Notice';
import { LinkForm } from './LinkForm';
import { OtherWays } from './OtherWays';

const weather: Capabilities = {
  reaches: [{ host: 'api.open-meteo.com', methods: 'GET', path: '/v1/forecast and below', plain: false }],
  uses: [],
  keeps: false,
};

/** What Cloche is, and the way in. */
export function SignInPage({ ended }: { ended: boolean }) {
  useEffect(() => {
    document.title = 'Cloche';
  }, []);
  return (
    <main className="mx-auto grid max-w-[1120px] gap-8 px-4 py-8 sm:px-8 lg:min-h-dvh lg:grid-cols-[1fr_400px] lg:content-center lg:gap-x-24">
      <div className="grid gap-8">
        <p className="flex items-center gap-2 font-semibold">
          <Mark className="size-6" />
          Cloche
        </p>
        <div className="grid gap-4">
          <h1 className="text-[32px] leading-10 font-semibold tracking-tight text-balance sm:text-[40px] sm:leading-12">
            Describe tools in words. <br className="max-sm:hidden" />
            Get an MCP server at a URL.
          </h1>
          <p className="max-w-[56ch] text-base text-muted">
            Each server runs sealed: it reaches the hosts you allow and nothing else, and your secrets never enter its
            code.
          </p>
          <p>
            <Link to="/templates" className="text-link underline underline-offset-2">
              Look through what others have shared
            </Link>
          </p>
        </div>
      </div>
      <section aria-label="Sign in" className="grid gap-4 lg:col-start-2 lg:row-span-2 lg:self-center">
        {ended && (
          <Notice tone="decide">
            Your session has ended. Sign in again to go on: your draft is kept in this tab, secrets you typed are not.
          </Notice>
        )}
        <div className="grid gap-6 rounded-md border border-line bg-surface p-6">
          <h2 className="text-lg font-semibold">{ended ? 'Sign in again' : 'Sign in or start'}</h2>
          <LinkForm />
          <OtherWays />
        </div>
      </section>
      <div className="grid max-w-xl content-start gap-2 lg:col-start-1 lg:row-start-2">
        <p className="text-xs text-muted">What a weather server can do, as its card says it:</p>
        <CapabilityCard can={weather} title="Example: what a weather server can do" />
      </div>
    </main>
  );
}
