/** Most columns of a table. */
const COLUMNS = 9;

/** The cells of the columns whose numbers are in the table's class, e.g. `r2`: cells themselves stay without one. */
function cells(letter: 'r' | 'w'): string {
  const places = Array.from({ length: COLUMNS }, (_, index) => index + 1);
  return places.flatMap((at) => ['td', 'th'].map((cell) => `.${letter}${at} ${cell}:nth-child(${at})`)).join();
}

/** The style sheet: light and dark, from a phone to a wide screen, and on paper. Colours have a contrast of at least 4.5 : 1. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#16191f;--soft:#565e6b;--line:#dde1e7;--a:#1f5fbf;--b:#a04a00;--ok:#176b37;--okbg:#dff3e5;--warn:#7a4a00;--warnbg:#fdeccb;--bad:#b3201c;--badbg:#fde3e1;--proven:#1a7f42;--stored:#8fcfa4;--empty:#e6e9ee}
@media (prefers-color-scheme:dark){:root{--bg:#101318;--card:#191d24;--ink:#e8ebf0;--soft:#a3acba;--line:#2d333d;--a:#79b0ff;--b:#f0a35e;--ok:#7fdba0;--okbg:#14341f;--warn:#f5c470;--warnbg:#3d2c0a;--bad:#ff9c96;--badbg:#451a18;--proven:#3fbf6e;--stored:#24603a;--empty:#272c35}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem clamp(.75rem,3vw,2.5rem) 3rem;max-width:84rem;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:0;letter-spacing:-.02em}
h2{font-size:1.15rem;margin:0;overflow-wrap:anywhere;min-width:0;max-width:calc(100% - 2rem)}
a{color:var(--a)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px;border-radius:4px}
code{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}
.sub,.place,footer{color:var(--soft)}
.place{overflow-wrap:anywhere;font-size:.85rem}
.tiles{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;padding:0;margin:1.25rem 0}
.tile,.card,.scroll{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:.75rem 1rem;display:flex;flex-direction:column;line-height:1.25}
.tile strong{font-size:1.7rem;font-weight:650;letter-spacing:-.02em}
.tile span{color:var(--soft);font-size:.85rem}
.tile.ok strong{color:var(--ok)}.tile.warning strong{color:var(--warn)}.tile.none strong{color:var(--bad)}
.card{margin:1rem 0;padding:1rem clamp(.75rem,2vw,1.5rem)}
.card>details>summary{display:flex;flex-wrap:wrap;align-items:center;gap:.6rem;cursor:pointer;list-style:none}
.card>details>summary::before{content:"▸";color:var(--soft);width:1ch}
.card>details[open]>summary::before{content:"▾"}
.card>details>summary::-webkit-details-marker{display:none}
.body{padding-top:.5rem;scroll-margin-top:4rem}
.body details{margin-top:.75rem}
summary{cursor:pointer}
.badge{display:inline-block;padding:.1rem .6rem;border-radius:99px;font-size:.82rem;font-weight:600;white-space:nowrap}
.badge.ok{background:var(--okbg);color:var(--ok)}
.badge.warning{background:var(--warnbg);color:var(--warn)}
.badge.none,.badge.damaged,.badge.stale{background:var(--badbg);color:var(--bad)}
.warnings{margin:.75rem 0;padding:.6rem 1rem .6rem 2rem;border-radius:8px;background:var(--warnbg);color:var(--warn);overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.75rem 1.5rem;margin:1rem 0}
dt{color:var(--soft);font-size:.82rem}
dd{margin:0;overflow-wrap:anywhere}
.command span{display:block;color:var(--soft);font-size:.82rem}
.command code{display:block;padding:.6rem .8rem;border:1px solid var(--line);border-radius:8px;background:var(--bg);user-select:all;overflow-wrap:anywhere}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1rem 1.5rem}
figure{margin:.75rem 0 0;min-width:0}
.plot{max-width:30rem}
.calendar{max-width:100%;overflow-x:auto;direction:rtl}.calendar>*{direction:ltr}.calendar svg{width:auto;max-width:none;margin-right:auto}
figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;font-size:.9rem;font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.25rem .9rem;color:var(--soft);font-weight:400;font-size:.82rem}
.legend>span{display:inline-flex;align-items:center;gap:.3rem}
svg{display:block;width:100%;height:auto}
svg.key{width:auto;height:.7rem;flex:none}
svg.spark{width:6rem;height:1.4rem}
svg text{fill:var(--soft);font:11px system-ui,sans-serif}
.end{text-anchor:end}.mid{text-anchor:middle}
.grid{stroke:var(--line);fill:none}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.line.l0{stroke:var(--a)}.line.l1{stroke:var(--b);stroke-dasharray:5 3}
.dot.l0{fill:var(--a)}.dot.l1{fill:var(--b)}
.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:2 3;fill:none}
.day{fill:none;stroke-width:11}
.day.proven{stroke:var(--proven)}.day.stored{stroke:var(--stored)}.day.none{stroke:var(--empty);stroke-dasharray:11 3}.day.bad{stroke:var(--bad);stroke-width:3}.key .day{stroke-dasharray:none}
.scroll{overflow:auto;max-height:32rem;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.6rem .8rem;color:var(--soft)}
th,td{padding:.4rem .8rem;border-top:1px solid var(--line);text-align:left;vertical-align:top}
th{position:sticky;top:0;background:var(--card);color:var(--soft);font-weight:600;white-space:nowrap}
tbody tr:hover{background:var(--bg)}
${cells('r')}{text-align:right;white-space:nowrap}
footer{margin-top:2rem;font-size:.85rem}
.overview td:last-child{min-width:14rem;overflow-wrap:anywhere}.overview td:nth-child(7){white-space:nowrap}.overview .scroll{max-height:none}
@media (max-width:48rem){th,td{padding:.4rem .5rem}${cells('w')}{display:none}}
@media print{body{max-width:none;background:#fff}.scroll{max-height:none}}
`;
