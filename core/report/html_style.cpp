#include "report/html.hpp"

namespace polyarch::report::html {

std::string_view style() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #fff; --ink: #1d2127; --quiet: #5b6470; --edge: #e1e3e7; --track: #eceef1;
  --link: #1f5fae; --native: #4a7fc1; --emulated: #c98a2b; --shared: #97a0af; --cached: #7fae8e;
  --good: #1d7a45; --bad: #b3261e; --odd: #8a5a00; --bad-soft: #fdf0ef; --odd-soft: #fdf6e6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1b1f25; --ink: #e4e7eb; --quiet: #9aa4b1; --edge: #2d333b; --track: #2a3038;
    --link: #8ab8f2; --native: #6c9edb; --emulated: #d9a04a; --shared: #7d8796; --cached: #6f9f80;
    --good: #6cc78f; --bad: #f2877f; --odd: #e3b341; --bad-soft: #2e1d1d; --odd-soft: #2b2517;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 4rem; max-width: 76rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1 { margin: 0 0 1rem; font-size: clamp(1.35rem, 4vw, 1.9rem); line-height: 1.25; font-weight: 650; }
h1.passed span { color: var(--good); } h1.failed span { color: var(--bad); } h1.canceled span { color: var(--odd); }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; font-weight: 650; }
h3 { margin: 1rem 0 .5rem; font-size: 1rem; font-weight: 600; }
p { margin: .25rem 0; }
a { color: var(--link); }
code, pre { font: .85em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre {
  margin: .5rem 0; padding: .75rem; max-height: 24rem; overflow: auto; white-space: pre-wrap; background: var(--track);
  border-radius: .375rem;
}
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
button {
  padding: .05rem .5rem; font: inherit; font-size: .8rem; color: var(--link); background: none; cursor: pointer;
  border: 1px solid var(--edge); border-radius: .375rem; min-height: 1.6rem;
}
button:hover { border-color: var(--link); }
input[type=search] {
  padding: .2rem .5rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--edge);
  border-radius: .375rem; min-width: 0; max-width: 100%;
}
summary { cursor: pointer; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); font-weight: 400; }
.eyebrow { color: var(--quiet); font-size: .875rem; }
.plain { margin: 0; padding: 0; list-style: none; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0 0 1.25rem; }
.facts dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1rem; padding: 0; list-style: none; }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
section {
  margin: 0 0 1rem; padding: 1.1rem clamp(.9rem, 2.5vw, 1.4rem); background: var(--card); border: 1px solid var(--edge);
  border-radius: .6rem;
}
.badge { white-space: nowrap; }
.badge.passed { color: var(--good); } .badge.failed { color: var(--bad); }
.badge.canceled, .badge.skipped { color: var(--odd); }
.error { padding: .6rem .8rem; background: var(--bad-soft); border-left: 3px solid var(--bad); border-radius: .25rem; }
.warnings li { margin: 0 0 .5rem; padding: .5rem .8rem; background: var(--odd-soft); border-left: 3px solid var(--odd);
  border-radius: .25rem; }
.scroll { position: relative; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: baseline; border-top: 1px solid var(--edge); }
thead th { border-top: 0; padding-top: 0; color: var(--quiet); font-size: .8rem; font-weight: 500; }
tbody th { font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
#platforms td:nth-of-type(-n+2) { overflow-wrap: normal; }
#platforms td code { white-space: nowrap; }
#emulation tbody th { white-space: normal; font-weight: 400; width: 50%; }
.meter { display: inline-block; width: 3.5rem; height: .45rem; margin-right: .35rem; vertical-align: middle; }
.pair { display: block; margin-top: .35rem; max-width: 24rem; }
.track { fill: var(--track); } .native { fill: var(--native); } .emulated { fill: var(--emulated); }
.shared { fill: var(--shared); } .cached { fill: var(--cached); } .failed { fill: var(--bad); }
.canceled, .waiting { fill: var(--odd); }
#published li { padding: .25rem 0; }
.overview { margin: 0 0 .75rem; }
.lane, .step summary, .size summary { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr) 6.5rem;
  gap: 0 1rem; align-items: center; }
.lane { grid-template-columns: 9rem minmax(0, 1fr); padding: .35rem 0; border-top: 1px solid var(--edge); }
.lane .name { font-size: .875rem; }
svg { display: block; }
.step svg, .size svg { background: var(--track); border-radius: .2rem; }
.axis { display: flex; justify-content: space-between; color: var(--quiet); font-size: .75rem;
  font-variant-numeric: tabular-nums; }
.overview .axis { margin-left: 10rem; }
.platform .axis { margin: 0 7.5rem .15rem calc((100% - 8.5rem) * 5 / 12 + 1rem); }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; font-size: .85rem; color: var(--quiet); }
.legend li::before { content: ""; display: inline-block; width: .75rem; height: .75rem; margin-right: .4rem;
  border-radius: .15rem; vertical-align: -.05rem; background: var(--odd); }
.legend .native::before { background: var(--native); } .legend .emulated::before { background: var(--emulated); }
.legend .shared::before { background: var(--shared); } .legend .cached::before { background: var(--cached); }
.legend .failed::before { background: var(--bad); }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; margin: .9rem 0 .25rem;
  font-size: .875rem; }
.controls[hidden] { display: none; }
.platform { margin-top: .75rem; border-top: 1px solid var(--edge); padding-top: .5rem; }
.platform > summary { padding: .25rem 0; } .platform > summary h3 { display: inline; }
.step summary, .size summary { padding: .22rem 0; list-style: none; }
.step summary::-webkit-details-marker, .size summary::-webkit-details-marker { display: none; }
.step summary:hover .name, .size summary:hover .name { text-decoration: underline; }
.step .name { font: .82rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.step details[open] .name { white-space: normal; }
.step details[open] { margin: .25rem 0 .75rem; }
.time { text-align: right; font-size: .85rem; font-variant-numeric: tabular-nums; }
.step.failed .name, .step.failed .time { color: var(--bad); }
.step.cached .time, .step.canceled .time { color: var(--quiet); }
.rows li { border-top: 1px solid var(--edge); padding: .35rem 0; }
.rows li.single { padding-left: 1.1rem; }
.size { border-top: 1px solid var(--edge); padding: .25rem 0; }
.size summary { grid-template-columns: 9rem minmax(0, 1fr) 5rem; }
.size table { margin: .5rem 0; }
@media (max-width: 46rem) {
  body { padding-top: 1rem; }
  table.cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.cards, .cards tbody, .cards tr, .cards td, .cards th { display: block; }
  .cards tr { padding: .6rem 0; border-top: 1px solid var(--edge); }
  .cards tbody tr:first-child { border-top: 0; padding-top: 0; }
  .cards td, .cards th { padding: .1rem 0; border: 0; white-space: normal; }
  .cards td { display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  .cards td::before { content: attr(data-column); color: var(--quiet); flex: none; }
  #platforms td code { white-space: normal; }
  #emulation tbody th { width: auto; }
  .cards .meter { display: none; }
  .step summary { grid-template-columns: minmax(0, 1fr) auto; row-gap: .15rem; }
  .step .name { white-space: normal; }
  .step svg { grid-row: 2; grid-column: 1 / -1; }
  .platform .axis { margin: 0; }
  .lane { grid-template-columns: 1fr; }
  .overview .axis { margin-left: 0; }
  .size summary { grid-template-columns: minmax(0, 1fr) auto; row-gap: .15rem; }
  .size svg { grid-row: 2; grid-column: 1 / -1; }
}
@media (pointer: coarse) { button, summary, nav a { min-height: 2.2rem; } button { padding: .3rem .75rem; } }
@media print { nav, .controls, button { display: none; } section { break-inside: avoid-page; } body { max-width: none; } }
)css";
}

}  // namespace polyarch::report::html
