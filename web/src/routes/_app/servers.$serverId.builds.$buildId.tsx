import { createFileRoute } from '@tanstack/react-router';
import { BuildView } from '@/features/builds/BuildView';
import { ConnectMenu } from '@/features/connect/ConnectMenu';
import { AwaitingApproval } from '@/features/servers/AwaitingApproval';
import { FailedBuild } from '@/features/servers/FailedBuild';
import { LiveServer } from '@/features/servers/LiveServer';
import { useMe } from '@/features/session/api';
import { SharePanel } from '@/features/templates/SharePanel';
import { restoreDraft, shelvedSpec } from '@/features/wizard/draft';
import type { Diagnostic } from '@/lib/contract';
import { Page } from '@/ui/Page';

export const Route = createFileRoute('/_app/servers/$serverId/builds/$buildId')({ component: Build });

function Build() {
  const { serverId, buildId } = Route.useParams();
  const { user, role } = useMe();
  const navigate = Route.useNavigate();
  const source = shelvedSpec(user.id, buildId);

  function goBack(wrong: Diagnostic[]) {
    if (source) restoreDraft(user.id, wrong);
    return navigate({ to: '/' });
  }

  return (
    <Page
      title={source ? `Build of ${source.name}` : 'Build'}
      lead="It goes on by itself, also when you leave this page."
    >
      <BuildView
        buildId={buildId}
        source={source}
        outcome={(state, wrong) => {
          if (state === 'failed') {
            return <FailedBuild serverId={serverId} hasDraft={source !== null} onDiscarded={() => goBack(wrong)} />;
          }
          if (state === 'needs_approval') return <AwaitingApproval serverId={serverId} />;
          if (state !== 'live') return null;
          return (
            <LiveServer
              serverId={serverId}
              connect={({ slug, mcpUrl }) => <ConnectMenu slug={slug} url={mcpUrl} />}
              share={(server) =>
                role === 'owner' && server.templateId === null && <SharePanel key={server.id} server={server} ticked />
              }
            />
          );
        }}
      />
    </Page>
  );
}
