// Runs before the first paint, so that a chosen theme does not flash. core/settings.js changes the theme later.
{
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem('amqpbroker.view') ?? '{}').theme;
  } catch {
    // Storage is blocked or its content is damaged: the theme of the system is used.
  }
  if (theme === 'light' || theme === 'dark')
    document.documentElement.dataset.theme = theme;
}
