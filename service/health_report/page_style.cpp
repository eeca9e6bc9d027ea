#include "service/health_report/page_style.h"

namespace ae::service {

// Contrasts are those of [WCAG 2.1] 1.4.3, at least 4.5 to 1, in both themes.
const std::string_view kPageStyle = R"css(
:root { --ground:#ffffff; --panel:#f5f6f8; --line:#d5d9e0; --ink:#1b1f27; --faint:#59616f;
  --good:#1a6b34; --good-soft:#e3f3e7; --attention:#7d4e00; --attention-soft:#fdf0d5; --bad:#a51d1d;
  --bad-soft:#fbe4e2; --off:#4d5564; --off-soft:#e9ebef; --bar:#7f9fc9; --window:#e0a030; }
@media (prefers-color-scheme: dark) {
  :root { --ground:#15181d; --panel:#1e2229; --line:#39404b; --ink:#e7e9ee; --faint:#a3abb8;
    --good:#7fd69a; --good-soft:#17331f; --attention:#f0c067; --attention-soft:#3a2c0d; --bad:#ff9d95;
    --bad-soft:#431a18; --off:#b3bac6; --off-soft:#2a2f38; --bar:#5f83b5; --window:#d69a35; }
}
* { box-sizing:border-box; }
body { margin:0 auto; padding:1.5rem 1.25rem 3rem; max-width:76rem; background:var(--ground);
  color:var(--ink); font:0.9375rem/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  overflow-wrap:anywhere; }
h1 { font-size:1.6rem; line-height:1.2; margin:0; }
h2 { font-size:1.15rem; margin:2.25rem 0 .6rem; padding-bottom:.25rem; border-bottom:1px solid var(--line); }
h3 { font-size:1rem; margin:1.25rem 0 .4rem; }
p, ul { margin:.35rem 0; }
ul { padding-left:1.2rem; }
code { font-family:ui-monospace, Consolas, "DejaVu Sans Mono", monospace; font-size:.875em; }
.faint, .under { color:var(--faint); }
.under { margin:.25rem 0 0; }
.unseen { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); }
.health { margin:1.1rem 0; padding:.8rem 1rem; border-left:.4rem solid; border-radius:.3rem; }
.health strong { font-size:1.15rem; }
.health ul { color:var(--ink); }
.good { color:var(--good); background:var(--good-soft); }
.attention { color:var(--attention); background:var(--attention-soft); }
.bad { color:var(--bad); background:var(--bad-soft); }
.off { color:var(--off); background:var(--off-soft); }
.mark { display:inline-block; padding:0 .45rem; border:1px solid; border-radius:.3rem; font-size:.8125rem;
  font-weight:600; white-space:nowrap; max-width:14rem; overflow:hidden; text-overflow:ellipsis;
  vertical-align:bottom; }
dl { display:grid; grid-template-columns:max-content 1fr; gap:.15rem 1rem; margin:.5rem 0; }
dt { color:var(--faint); }
dd { margin:0; }
table { width:100%; border-collapse:collapse; margin:.5rem 0; }
th { text-align:left; font-weight:600; font-size:.8125rem; color:var(--faint); overflow-wrap:normal; }
th, td { padding:.35rem .8rem .35rem 0; border-bottom:1px solid var(--line); vertical-align:top; }
td { min-width:5.5rem; }
td:first-child { min-width:8rem; }
td:last-child { padding-right:0; }
time, td code { white-space:nowrap; }
.counts { display:flex; flex-wrap:wrap; gap:.6rem; margin:1rem 0; padding:0; list-style:none; }
.counts li { padding:.5rem .9rem; border-radius:.3rem; min-width:7rem; }
.counts b { display:block; font-size:1.5rem; line-height:1.2; }
.finding { margin:.5rem 0; padding:.5rem .8rem; border-left:.25rem solid var(--line); background:var(--panel);
  border-radius:.2rem; }
.finding p, .finding ul { margin:.2rem 0; }
.finding.is-bad { border-color:var(--bad); }
.finding.is-attention { border-color:var(--attention); }
.finding.is-good { border-color:var(--good); }
.remedy::before { content:"\2192\00a0"; }
.tree { list-style:none; padding:0; }
.tree > li { margin:.5rem 0; padding:.5rem .8rem; background:var(--panel); border-radius:.2rem; }
.tree ul { list-style:none; margin:.3rem 0 0 .35rem; padding-left:.9rem; border-left:2px solid var(--line); }
.lane { margin:.7rem 0; break-inside:avoid; }
.lane p { display:flex; flex-wrap:wrap; justify-content:space-between; gap:0 1rem; margin:0 0 .15rem; }
.lane svg, .axis svg { display:block; width:100%; height:.9rem; }
.axis { position:relative; padding-top:1.3rem; }
.axis svg { height:.4rem; }
.axis span { position:absolute; top:0; font-size:.75rem; color:var(--faint); white-space:nowrap;
  transform:translateX(-50%); }
.axis span.first { transform:none; }
.axis span.last { transform:translateX(-100%); }
.axis span.now { color:var(--ink); font-weight:600; }
.track { fill:var(--off-soft); } .valid { fill:var(--bar); } .window { fill:var(--window); }
.gone { fill:var(--bad); } .now-line { fill:var(--ink); }
.legend { display:flex; flex-wrap:wrap; gap:.2rem 1.2rem; font-size:.8125rem; color:var(--faint); }
.legend svg { width:1rem; height:.7rem; margin-right:.35rem; }
details { margin:.6rem 0; border:1px solid var(--line); border-radius:.3rem; padding:.5rem .8rem; }
summary { cursor:pointer; font-weight:600; }
footer { margin-top:2.5rem; font-size:.8125rem; color:var(--faint); border-top:1px solid var(--line);
  padding-top:.6rem; }
@media screen and (max-width:60rem) {
  thead { display:none; }
  table, tbody, tr, td { display:block; }
  tr { padding:.4rem 0; border-bottom:1px solid var(--line); }
  td, td:first-child { border:0; padding:.1rem 0; min-width:0; }
  td:not(:empty)::before { content:attr(data-title) ": "; color:var(--faint); font-size:.8125rem; }
  dl { grid-template-columns:1fr; gap:0; }
  dd { margin-bottom:.35rem; }
}
@media print {
  :root { --ground:#ffffff; --panel:#ffffff; --line:#b5bac3; --ink:#000000; --faint:#444a55;
    --good:#14552a; --good-soft:#e3f3e7; --attention:#6b4300; --attention-soft:#fdf0d5; --bad:#8f1616;
    --bad-soft:#fbe4e2; --off:#3f4653; --off-soft:#e9ebef; --bar:#7f9fc9; --window:#e0a030; }
  @page { margin:16mm 14mm; }
  body { max-width:none; padding:0; font-size:9.5pt; print-color-adjust:exact; -webkit-print-color-adjust:exact; }
  h2, h3, summary { break-after:avoid; }
  table { font-size:8.5pt; }
  td { min-width:3.6rem; }
  td:first-child { min-width:5.4rem; }
  time { white-space:normal; }
  .mark { font-size:7.5pt; }
  .finding, .tree > li, tr, .health { break-inside:avoid; }
  details { border:0; padding:0; }
  details::details-content { content-visibility:visible; display:block; }
}
)css";

}  // namespace ae::service
