import { createFileRoute, Outlet, useMatch } from '@tanstack/react-router';
import { SignInPage } from '@/features/session/SignInPage';
import { Footer } from './-Footer';
import { Frame } from './-Frame';
import { Landing } from './-Landing';
import { WithSession } from './-WithSession';

export const Route = createFileRoute('/_app')({ component: App });

function App() {
  return (
    <WithSession>
      {({ me, ended }) =>
        me ? (
          <Frame me={me}>
            <Outlet />
          </Frame>
        ) : (
          <Visitor ended={ended} />
        )
      }
    </WithSession>
  );
}

/** Who is not signed in is told at the first address what this is, and asked at every other one to sign in and go on. */
function Visitor({ ended }: { ended: boolean }) {
  // Of what is shown, not of where one is going: on the way to the sign-in, this page stays until that one is there.
  const first = useMatch({ from: '/_app/', shouldThrow: false }) !== undefined;
  if (!first || ended) return <SignInPage ended={ended} />;
  return (
    <Frame me={null} footer={<Footer visitor />}>
      <Landing />
    </Frame>
  );
}
