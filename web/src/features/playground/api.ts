import { useMutation, useQueryClient } from '@tanstack/react-query';
import { postJson } from '@/lib/api';
import { serverPath, type Tried } from '@/lib/server';

export interface Trial {
  tool: string;
  arguments: Record<string, unknown>;
}

export function useTry(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (trial: Trial) => postJson<Tried>(`${serverPath(serverId)}/try`, trial),
    onSuccess: () => {
      for (const what of ['calls', 'logs', 'usage', 'newest-calls']) {
        void client.invalidateQueries({ queryKey: ['servers', serverId, what] });
      }
    },
  });
}
