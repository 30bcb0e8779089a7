'use strict';
// The run card: what a link points at opens, the graph leads to the tasks, and the tasks can be searched.
(() => {
  const tasks = [...document.querySelectorAll('.rc-task')];
  const byName = new Map(tasks.map(task => [task.querySelector('strong').textContent, task]));
  const find = document.querySelector('.rc-find');
  const found = document.querySelector('.rc-tools output');

  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.hidden = false;
      target.scrollIntoView({ block: 'start' });
      target.querySelector('summary').focus({ preventScroll: true });
    }
  };
  addEventListener('hashchange', openTarget);
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#t"]');
    if (link && link.hash === location.hash) {
      openTarget();
    }
    const button = event.target.closest('[data-rc]');
    if (button) {
      for (const task of tasks.filter(one => !one.hidden)) {
        task.open = button.dataset.rc === 'open';
      }
    }
  });
  openTarget();

  // The graph's own panel says what a task is; below that, the way to what it did.
  for (const panel of document.querySelectorAll('.mk-details')) {
    new MutationObserver(() => {
      const name = panel.querySelector('h2');
      const task = name && byName.get(name.textContent);
      if (task && !panel.querySelector('.rc-go')) {
        const link = document.createElement('a');
        link.className = 'rc-go';
        link.href = `#${task.id}`;
        link.textContent = 'States, outputs and log';
        name.after(link);
      }
    }).observe(panel, { childList: true });
  }

  // The page is longer than the screen: the wheel moves it, and only with Ctrl or Cmd the graph.
  for (const view of document.querySelectorAll('.mk-view')) {
    view.addEventListener('wheel', event => event.ctrlKey || event.metaKey || event.stopPropagation(), { capture: true });
  }

  find?.addEventListener('input', () => {
    const words = find.value.trim().toLowerCase();
    for (const task of tasks) {
      task.hidden = !task.dataset.task.includes(words);
    }
    found.textContent = words ? `${tasks.filter(task => !task.hidden).length} of ${tasks.length}` : '';
  });
})();
