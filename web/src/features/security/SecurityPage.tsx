import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Code } from '@/ui/Code';
import { CopyButton } from '@/ui/Copy';
import { Inline } from '@/ui/Inline';
import { Page, Part } from '@/ui/Page';
import { Pairs } from '@/ui/Pairs';
import { walk } from './walk';
import { isolated, reaches, travels, unpromised } from './words';

/** For who has to decide whether a server may run: what holds it, and how to see that for oneself. */
export function SecurityPage() {
  return (
    <Page
      title="Security"
      lead="For reviewers: what a server can reach, what it is kept apart from, and how to check both without believing anybody."
    >
      <div className="grid gap-12">
        <Part title="What a server can reach">
          <Pairs pairs={reaches} />
          <p className="max-w-[68ch]">
            The card of a server says this in the same order wherever one stands. It is made from the component’s own
            import list and its grant: <DocLink page="concepts">how that is read</DocLink>, and{' '}
            <DocLink page="security">how a grant is written</DocLink>.
          </p>
        </Part>
        <Part title="What is isolated from what">
          <Pairs pairs={isolated} />
        </Part>
        <Part title="How a secret travels">
          <ol className="grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-5 lg:gap-x-6">
            {travels.map(([step, text], i) => (
              <li key={step} className="grid content-start gap-1 border-line border-t pt-4">
                <p className="font-medium">
                  <span className="text-muted tabular-nums">{i + 1}</span> {step}
                </p>
                <p className="text-muted wrap-anywhere">
                  <Inline text={text} />
                </p>
              </li>
            ))}
          </ol>
        </Part>
        <Part title="Check it yourself">
          <p className="max-w-[68ch]">
            What a version can do is read from its own bytes. Download the component, build it again from its source,
            and hold it against the statement that the platform signed. With <code>URL</code> this platform,{' '}
            <code>KEY</code> an API key of an owner or reviewer, <code>SERVER</code> a server and <code>N</code> the
            version; <code>cloche</code> is the platform’s own program.
          </p>
          <figure className="grid gap-1">
            <Code label="Walk of a reviewer, from SECURITY.md" code={walk} numbered={false} />
            <figcaption className="flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
              <span>
                from <code>SECURITY.md</code>, which goes on with the decision and its trace in the audit log
              </span>
              <CopyButton text={walk} what="the walk" />
            </figcaption>
          </figure>
          <p className="max-w-[68ch]">
            Of a <TextLink to="/templates">template</TextLink>, the same is there for everyone, without a key. Each of
            these requests is in the <TextLink to="/docs/api">API reference</TextLink>.
          </p>
        </Part>
        <Part title="What is not promised">
          <ul className="grid max-w-[68ch] list-disc gap-2 pl-5">
            {unpromised.map((text) => (
              <li key={text} className="pl-1 marker:text-muted">
                {text}
              </li>
            ))}
          </ul>
        </Part>
        <Part title="Report a vulnerability">
          <p className="max-w-[68ch]">
            Write to the maintainers privately, by the security advisories of Cloche’s repository: what you did and what
            you saw. Please do not open an issue. A template that does harm is reported on its own page, and an admin of
            this platform looks at it.
          </p>
        </Part>
      </div>
    </Page>
  );
}

const linkClass = 'text-link underline underline-offset-2';

function DocLink({ page, children }: { page: string; children: ReactNode }) {
  return (
    <Link to="/docs/$page" params={{ page }} className={linkClass}>
      {children}
    </Link>
  );
}

function TextLink({ to, children }: { to: '/templates' | '/docs/api'; children: ReactNode }) {
  return (
    <Link to={to} className={linkClass}>
      {children}
    </Link>
  );
}
