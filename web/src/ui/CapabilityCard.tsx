import type { ReactNode } from 'react';
import type { Capabilities, Reach } from '@/lib/capability';
import { Bell } from './Bell';

/** What a server can do: the same rows in the same order wherever one stands. */
export function CapabilityCard({ can, title = 'What it can do' }: { can: Capabilities; title?: string }) {
  return (
    <section aria-label={title} className="@container overflow-hidden rounded-md border border-line bg-surface">
      <div className="grid @md:grid-cols-[10rem_1fr]">
        <div className="grid place-items-center border-line border-b bg-ground p-4 @md:border-r @md:border-b-0">
          <Bell hosts={can.reaches.length} className="w-32" />
        </div>
        <dl className="divide-y divide-line">
          <Row verb="reaches">
            {can.reaches.length > 0 && can.reaches.map((reach) => <Reached key={JSON.stringify(reach)} {...reach} />)}
          </Row>
          <Row verb="uses">
            {can.uses.length > 0 &&
              can.uses.map(({ key, hosts }) => (
                <p key={key} className="wrap-anywhere">
                  <code>{key}</code> <span className="text-muted">only toward</span> <code>{hosts.join(', ')}</code>
                </p>
              ))}
          </Row>
          <Row verb="keeps">
            {can.keeps === null ? (
              <span className="text-muted">not known yet</span>
            ) : (
              can.keeps && 'values in a store of its own'
            )}
          </Row>
          <Row verb="asks">{can.asks && 'the person at the AI client'}</Row>
        </dl>
      </div>
      <p className="border-line border-t px-4 py-3 font-medium">
        {can.keeps === null ? 'nothing else over the network' : 'nothing else'}
      </p>
    </section>
  );
}

function Row({ verb, children }: { verb: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[4.5rem_1fr] gap-2 px-4 py-3">
      <dt className="text-muted">{verb}</dt>
      <dd className="grid min-w-0 gap-2">{children || <span className="text-muted">nothing</span>}</dd>
    </div>
  );
}

function Reached({ host, methods, path, plain }: Reach) {
  return (
    <div className="min-w-0">
      <code className="wrap-anywhere">{host}</code>
      <p className="text-xs text-muted wrap-anywhere">
        {methods} · {path}
        {plain && <span className="text-decide"> · not encrypted</span>}
      </p>
    </div>
  );
}
