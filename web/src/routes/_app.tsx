import { createFileRoute, Outlet } from '@tanstack/react-router';
import { SignInPage } from '@/features/session/SignInPage';
import { Frame } from './-Frame';
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
          <SignInPage ended={ended} />
        )
      }
    </WithSession>
  );
}
