// Runs before the first paint, so that a dark theme never flashes white.
(function () {
  var choice = localStorage.getItem('nexus.theme');
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.lang = localStorage.getItem('nexus.locale') || 'it';
})();
