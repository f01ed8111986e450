export const examples = [
  {
    title: 'Weather',
    prompt:
      'Two tools over Open-Meteo, which needs no key: current weather for a city by name, and a forecast for up to seven days with temperature and rain. Use its geocoding API to find the city.',
  },
  {
    title: 'GitHub issues',
    prompt:
      'Tools for the issues of a GitHub repository: list open ones with labels and age, read one with its comments, and open a new one. Use a token of mine, toward api.github.com only.',
  },
  {
    title: 'Notion search',
    prompt:
      'Search my Notion workspace by words and read one page as plain text, with its title and when it was last edited. Uses a Notion integration token.',
  },
  {
    title: 'Text and tables',
    prompt:
      'Work on text without any network: count words and characters, turn CSV into JSON and back, and pull the values at a path out of a JSON document.',
  },
];
