import { clients } from '@/features/connect/clients';
import { LandingPage } from '@/features/landing/LandingPage';

/** The first page, with the way into the clients that the app knows. */
export function Landing() {
  const ways = clients('weather', `${location.origin}/mcp/you/weather`);
  const shown = ways.find(({ id }) => id === 'claude-code');
  return <LandingPage snippet={shown?.snippet ?? ''} of={shown?.name ?? ''} names={ways.map(({ name }) => name)} />;
}
