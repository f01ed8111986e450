import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { sessionOptions } from '@/features/session/api';
import { StatusPage } from '@/features/status/StatusPage';
import { Footer } from './-Footer';
import { Frame } from './-Frame';

export const Route = createFileRoute('/status')({ component: Status });

/** It waits for nobody to be known: a platform in trouble may not be able to tell who one is. */
function Status() {
  const { data: session } = useQuery(sessionOptions);
  return (
    <Frame me={session?.me} footer={<Footer visitor={session?.me === null} />}>
      <StatusPage />
    </Frame>
  );
}
