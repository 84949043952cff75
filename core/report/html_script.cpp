#include "report/html.hpp"

namespace polyarch::report::html {

// The page says everything without it; it copies, filters and unfolds.
std::string_view script() {
  return R"js(
'use strict';
const status = document.getElementById('status');

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'unseen';
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    await copy(button.dataset.copy);
    button.focus();
    const label = button.firstChild;
    label.data = 'Copied';
    status.textContent = `Copied ${button.dataset.copy}`;
    setTimeout(() => { label.data = 'Copy'; }, 1500);
  });
}

const controls = document.getElementById('controls');
if (controls) {
  const filter = document.getElementById('filter');
  const internal = document.getElementById('internal');
  const cached = document.getElementById('cached');
  const unfold = document.getElementById('unfold');
  const count = document.getElementById('count');
  const steps = [...document.querySelectorAll('.step')].map(item => ({
    item,
    text: item.querySelector('.name').textContent.toLowerCase(),
    failed: item.classList.contains('failed'),
    internal: item.classList.contains('internal'),
    cached: item.classList.contains('cached'),
  }));
  const show = () => {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    for (const step of steps) {
      const matches = step.text.includes(wanted) &&
          (step.failed || ((internal.checked || !step.internal) && (cached.checked || !step.cached)));
      step.item.hidden = !matches;
      shown += matches;
    }
    count.textContent = `${shown} of ${steps.length} steps`;
  };
  for (const control of [filter, internal, cached]) control.addEventListener('input', show);
  unfold.addEventListener('click', () => {
    const open = unfold.getAttribute('aria-pressed') !== 'true';
    unfold.setAttribute('aria-pressed', open);
    unfold.textContent = open ? 'Fold all' : 'Unfold all';
    for (const { item } of steps) item.querySelector('details').open = open;
  });
  controls.hidden = false;
  show();
}
)js";
}

}  // namespace polyarch::report::html
