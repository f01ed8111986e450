import { useQuery } from '@tanstack/react-query';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import changelog from '../../../../CHANGELOG.md?url';
import { textOptions } from './api';
import { Prose } from './Prose';

/** What has changed, as the repository's own CHANGELOG.md has it. */
export function ChangelogPage() {
  const { data: text, error } = useQuery(textOptions({ slug: 'changelog', url: changelog }));
  return (
    <Page title="Changelog" lead="What has changed in Cloche, newest first.">
      {text !== undefined && <Prose text={text.replace(/^# .*\n/, '')} />}
      {text === undefined && !error && <Skeleton lines={6} />}
      {error && <Problem error={error} action={<Button onClick={() => location.reload()}>Reload</Button>} />}
    </Page>
  );
}
