/** A server of the starter library, as its specification grants it. */
export const example = {
  name: 'GitHub issues',
  allowedHosts: ['GET,POST https://api.github.com/repos', 'GET https://api.github.com/search/issues'],
  requiredSecrets: [{ key: 'GITHUB_TOKEN', description: '', hosts: ['api.github.com'] }],
};
