import { createFileRoute, Outlet } from '@tanstack/react-router';
import { Footer } from './-Footer';
import { Frame } from './-Frame';
import { WithSession } from './-WithSession';

/** Pages that everyone may read. */
export const Route = createFileRoute('/_open')({ component: Open });

function Open() {
  return (
    <WithSession>
      {({ me }) => (
        <Frame me={me} footer={<Footer visitor={!me} />}>
          <Outlet />
        </Frame>
      )}
    </WithSession>
  );
}
