import { Link } from '@tanstack/react-router';
import type { Role } from '@/lib/contract';
import { manages } from '@/lib/organisation';
import { Bell } from '@/ui/Bell';
import { buttonClass } from '@/ui/Button';
import { Page } from '@/ui/Page';
import { ClientList } from './ClientList';

/** Every client that holds a token, whatever server it is of. */
export function ClientsPage({ role }: { role: Role }) {
  return (
    <Page
      title="Connected clients"
      lead={
        manages(role)
          ? 'AI clients that hold a token of one of this organisation’s servers, and who has agreed to each. A client’s name is what it says of itself.'
          : 'AI clients to which you have given a token of one of this organisation’s servers. A client’s name is what it says of itself.'
      }
    >
      <div className="grid max-w-3xl gap-4">
        <ClientList label="Connected clients" empty={<Empty />} />
      </div>
    </Page>
  );
}

function Empty() {
  return (
    <div className="grid justify-items-center gap-4 rounded-md border border-line border-dashed px-4 py-16 text-center">
      <Bell hosts={0} className="w-24 text-edge" />
      <div className="grid gap-1">
        <p className="font-medium">No client is connected</p>
        <p className="max-w-[52ch] text-muted">
          An AI client stands here from the moment on at which you let it use a server. The server’s page says how to
          connect one.
        </p>
      </div>
      <Link to="/servers" className={buttonClass('primary')}>
        Go to your servers
      </Link>
    </div>
  );
}
