import { createFileRoute } from '@tanstack/react-router';
import { CallView } from '@/features/calls/CallView';

export const Route = createFileRoute('/_app/servers/$serverId/_page/calls/$callId')({ component: ServerCall });

function ServerCall() {
  const { serverId, callId } = Route.useParams();
  return <CallView key={callId} serverId={serverId} callId={callId} />;
}
