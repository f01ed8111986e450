import { Link } from '@tanstack/react-router';
import type { Role, ServerDetail } from '@/lib/contract';
import { mayChange } from '@/lib/server';
import { Choice } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { useTry } from './api';
import { Trial } from './Trial';
import { TryForm } from './TryForm';

interface Props {
  server: ServerDetail;
  userId: string;
  role: Role;
  /** The tool that the address names. */
  tool: string | undefined;
  onTool: (tool: string) => void;
}

/** Calls a tool as an AI client would, and shows what that gave and used. */
export function Playground({ server, userId, role, tool: asked, onTool }: Props) {
  const tool = server.tools.find(({ name }) => name === asked) ?? server.tools[0];
  if (!mayChange(role)) {
    return <Notice>Your role may look but not call tools here. Ask an owner of the organisation.</Notice>;
  }
  if (server.activeVersion === null || !tool) {
    return <Notice>No version of this server answers yet. Its tools can be tried once one does.</Notice>;
  }
  return (
    <div className="grid gap-6">
      {asked !== undefined && tool.name !== asked && (
        <Notice tone="decide">
          <span className="wrap-anywhere">
            This server has no tool <code>{asked}</code>. This is <code>{tool.name}</code>.
          </span>
        </Notice>
      )}
      <Missing server={server} />
      <div className="grid max-w-[40rem] gap-1">
        <Choice
          label="Tool"
          className="font-mono"
          value={tool.name}
          options={server.tools.map(({ name }) => [name, name])}
          onChange={(event) => onTool(event.target.value)}
        />
        <p className="text-muted whitespace-pre-wrap wrap-anywhere">{tool.description}</p>
      </div>
      <Bench key={tool.name} server={server} tool={tool} keep={`${userId} ${server.id} ${tool.name}`} />
    </div>
  );
}

function Missing({ server }: { server: ServerDetail }) {
  const missing = server.secrets.filter(({ set }) => !set).map(({ key }) => key);
  if (missing.length === 0) return null;
  return (
    <p className="text-decide wrap-anywhere">
      Not set yet: <code>{missing.join(', ')}</code>. Tools that need it fail.{' '}
      <Link to="/servers/$serverId" params={{ serverId: server.id }} className="text-link underline underline-offset-2">
        Set it in the overview
      </Link>
    </p>
  );
}

function Bench({ server, tool, keep }: { server: ServerDetail; tool: ServerDetail['tools'][number]; keep: string }) {
  const trial = useTry(server.id);
  return (
    <div className="grid items-start gap-8 lg:grid-cols-2">
      <TryForm
        tool={tool}
        keep={keep}
        busy={trial.isPending}
        onCall={(given) => trial.mutate({ tool: tool.name, arguments: given })}
      />
      <Trial tool={tool.name} running={trial.isPending} tried={trial.data} error={trial.error} />
    </div>
  );
}
