import type { Listing, TemplateDetail } from '@/lib/market';

/** What is said of a template now, to be said again with its next release: what is left out would be taken away. */
export function listingOf(template: TemplateDetail): Listing {
  const { title, category, shortDescription, longDescription, requiredSecrets, spec } = template;
  const secretHints = requiredSecrets.flatMap(({ key, description, howToGetUrl }) => {
    const own = spec.requiredSecrets.find((secret) => secret.key === key);
    if (own?.description === description && own.howToGetUrl === howToGetUrl) return [];
    return [{ key, hint: description, ...(howToGetUrl && { howToGetUrl }) }];
  });
  return { title, category, shortDescription, longDescription, secretHints };
}
