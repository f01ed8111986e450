import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type UseMutationResult,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { ApiError, getJson, jsonBody, postJson, send, Told } from '@/lib/api';
import type { CreatedServer, NewFork } from '@/lib/contract';
import type {
  Category,
  Concern,
  ForkPreview,
  Listing,
  ServerTemplate,
  Tab,
  Template,
  TemplateDetail,
  TemplatePage,
} from '@/lib/market';

export interface Wanted {
  tab: Tab;
  category?: Category | undefined;
  q?: string | undefined;
}

export function templatesOptions({ tab, category, q }: Wanted) {
  return infiniteQueryOptions({
    queryKey: ['templates', { tab, category, q }],
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ tab });
      if (category) asked.set('category', category);
      if (q) asked.set('q', q);
      if (pageParam) asked.set('cursor', pageParam);
      return getJson<TemplatePage>(`templates?${asked}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function templateOptions(slug: string) {
  return queryOptions({
    queryKey: ['templates', slug],
    queryFn: ({ signal }) => getJson<TemplateDetail>(templatePath(slug), signal),
  });
}

/** What a server is published as, and what it was made from. */
export function serverTemplateOptions(serverId: string) {
  return queryOptions({
    queryKey: ['servers', serverId, 'template'],
    queryFn: ({ signal }) => getJson<ServerTemplate>(serverTemplatePath(serverId), signal),
  });
}

function templatePath(slug: string): string {
  return `templates/${encodeURIComponent(slug)}`;
}

function serverTemplatePath(serverId: string): string {
  return `servers/${encodeURIComponent(serverId)}/template`;
}

export type Publishing = UseMutationResult<Template, Error, Listing>;

export function usePublish(serverId: string): Publishing {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (listing: Listing) => postJson<Template>('templates', { serverId, ...listing }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      return client.invalidateQueries({ queryKey: ['servers', serverId, 'template'] });
    },
  });
}

function fork(slug: string): Promise<ForkPreview> {
  return postJson<ForkPreview>(`${templatePath(slug)}/fork`, {});
}

export function useFork(slug: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => fork(slug),
    // It is of the newest release, which the page may not show yet.
    onSuccess: () => client.invalidateQueries({ queryKey: ['templates', slug] }),
  });
}

interface Wish extends Omit<NewFork, 'previewId' | 'templateId'> {
  preview: ForkPreview;
}

/** Makes the server. A reference that has run out is renewed once, as long as it is for the release that was looked at. */
export function useCreateFork(slug: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ preview, ...wish }: Wish) => {
      const create = ({ previewId, templateId }: ForkPreview) =>
        postJson<CreatedServer>('servers', { ...wish, previewId, templateId } satisfies NewFork);
      try {
        return await create(preview);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'fork_ref_expired')) throw error;
      }
      const renewed = await fork(slug);
      if (renewed.release === preview.release) return create(renewed);
      void client.invalidateQueries({ queryKey: ['templates', slug] });
      throw new Told('other_release', `Release ${renewed.release} has come out meanwhile. Look at it, then fork that.`);
    },
    // The variables hold secret values: nothing of a finished request is kept.
    gcTime: 0,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      void client.invalidateQueries({ queryKey: ['servers'] });
    },
  });
}

export function useReport(slug: string) {
  return useMutation({
    mutationFn: (report: { concern: Concern; text: string }) =>
      send(`${templatePath(slug)}/reports`, jsonBody('POST', report)),
  });
}

export function useTakeRelease(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (release: number) => postJson(`${serverTemplatePath(serverId)}/update`, { release }),
    // Also when it is refused: a newer one may be there by now.
    onSettled: () => client.invalidateQueries({ queryKey: ['servers', serverId] }),
  });
}

/** Whether others find a template; its forks go on either way. */
export function useVisibility(slug: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (visibility: 'published' | 'unpublished') =>
      send(`${templatePath(slug)}/visibility`, jsonBody('PATCH', { visibility })),
    // Also when it is refused: an admin may have decided meanwhile.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['servers'] });
      return client.invalidateQueries({ queryKey: ['templates'] });
    },
  });
}

/** Asks the platform's admins to look again at what they have decided. */
export function useAppeal(slug: string) {
  return useMutation({
    mutationFn: (text: string) => send(`${templatePath(slug)}/appeal`, jsonBody('POST', { text })),
  });
}
