import { useState } from 'react';
import type { Me } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useLeave } from './api';

/** The way out, which is everyone's. */
export function Leave({ me, onGone }: { me: Me; onGone: () => Promise<void> }) {
  const [asking, setAsking] = useState(false);
  const leave = useLeave(onGone);
  const { user, org } = me;
  return (
    <Section title="Leave">
      <p className="text-muted">Its servers stay. You come back by an invitation only.</p>
      <Button look="danger" className="justify-self-start" onClick={() => setAsking(true)}>
        Leave the organisation
      </Button>
      {asking && (
        <Dialog title={`Leave ${org.name}?`} onClose={() => setAsking(false)}>
          <div className="grid gap-4">
            <p>
              Your access ends at once, with your API keys here, what you allowed AI clients, and invitations you have
              sent.
            </p>
            {leave.error && <Problem error={leave.error} />}
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={() => setAsking(false)}>Stay</Button>
              <Button look="danger" busy={leave.isPending && 'Leaving…'} onClick={() => leave.mutate(user.id)}>
                Leave
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </Section>
  );
}
