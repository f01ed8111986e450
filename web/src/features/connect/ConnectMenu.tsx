import * as Tabs from '@radix-ui/react-tabs';
import { buttonClass } from '@/ui/Button';
import { CopyButton } from '@/ui/Copy';
import { Section } from '@/ui/Page';
import { type Client, clients, isLocal } from './clients';

/** The way into each AI client, with what to copy. */
export function ConnectMenu({ slug, url }: { slug: string; url: string }) {
  const all = clients(slug, url);
  return (
    <Section title="Connect a client" note="Each asks you to sign in and to agree">
      <Tabs.Root defaultValue={all[0]?.id ?? ''} className="overflow-hidden rounded-md border border-line bg-surface">
        <Tabs.List aria-label="Clients" className="flex overflow-x-auto border-line border-b px-2">
          {all.map(({ id, name }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="-mb-px shrink-0 border-transparent border-b-2 px-2 py-3 text-muted -outline-offset-2 transition-colors duration-150 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
            >
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {all.map((client) => (
          <Tabs.Content key={client.id} value={client.id} className="grid gap-3 p-4 -outline-offset-2">
            <Instructions client={client} local={isLocal(url)} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Section>
  );
}

function Instructions({ client, local }: { client: Client; local: boolean }) {
  return (
    <>
      <p>{client.how}</p>
      {client.fromCloud && local && (
        <p className="text-decide">
          {client.name} connects from its own machines and cannot reach this address: it needs one on the internet.
        </p>
      )}
      <div className="flex items-start gap-2 rounded-md border border-line bg-sunken p-2 pl-4">
        <pre className="min-w-0 flex-1 py-2 text-xs whitespace-pre-wrap wrap-anywhere">{client.snippet}</pre>
        <CopyButton text={client.snippet} what={`for ${client.name}`} />
      </div>
      {client.install && (
        <a href={client.install} className={`${buttonClass('primary')} justify-self-start`}>
          Install in {client.name}
        </a>
      )}
    </>
  );
}
