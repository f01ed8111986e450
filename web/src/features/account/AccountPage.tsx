import { Page } from '@/ui/Page';
import { Connections } from './Connections';
import { Passkeys } from './Passkeys';

/** How a person signs in, besides by mailed links. */
export function AccountPage() {
  return (
    <Page title="Account" lead="How you sign in. A link mailed to your address always works, whatever is here.">
      <Passkeys />
      <Connections />
    </Page>
  );
}
