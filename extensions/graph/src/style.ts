/**
 * The style sheet of the live graph: JupyterLab's variables with fallbacks for where there are none, one rule for each
 * state. Classes are those of the drawn SVG (`mwaa_kit/drawing/static/graph.css`).
 */
import { looks } from './states.ts';

const LIGHT: Readonly<Record<string, string>> = {
  ground: 'var(--jp-layout-color1, #ffffff)',
  box: 'var(--jp-layout-color1, #ffffff)',
  raised: 'var(--jp-layout-color2, #f3f5f7)',
  ink: 'var(--jp-ui-font-color0, #1f2328)',
  soft: 'var(--jp-ui-font-color1, #57606a)',
  line: 'var(--jp-border-color1, #c4ccd4)',
  border: 'var(--jp-border-color0, #aab4bf)',
  edge: 'var(--jp-ui-font-color2, #75808c)',
  brand: 'var(--jp-brand-color1, #0969da)',
  room: '#0969da0d',
  'room-border': '#93a7bf',
  taskflow: '#0969da',
  sensor: '#8250df',
  operator: '#0d7d8c',
  empty: '#8c959f',
  glyph: '#ffffff'
};

const DARK: Readonly<Record<string, string>> = {
  ground: 'var(--jp-layout-color1, #14191f)',
  box: 'var(--jp-layout-color2, #1f2630)',
  raised: 'var(--jp-layout-color2, #1b2129)',
  ink: 'var(--jp-ui-font-color0, #e6edf3)',
  soft: 'var(--jp-ui-font-color1, #a3b0bd)',
  line: 'var(--jp-border-color1, #38424d)',
  border: 'var(--jp-border-color0, #4d5966)',
  edge: 'var(--jp-ui-font-color2, #8b98a6)',
  brand: 'var(--jp-brand-color1, #58a6ff)',
  room: '#58a6ff14',
  'room-border': '#52657c',
  taskflow: '#4c9bf5',
  sensor: '#a97bf0',
  operator: '#35a9b8',
  empty: '#7d8792',
  glyph: '#10141a'
};

/** Text of one CSS file; all of it is within `.jp-MwaaKit-graphView`. */
export function graphCss(): string {
  const light = declarations(LIGHT, look => look.colour);
  const dark = declarations(DARK, look => look.dark_colour);
  return `.jp-MwaaKit-graphView { ${light} }
@media (prefers-color-scheme: dark) {
  body:not([data-jp-theme-light]) .jp-MwaaKit-graphView:not([data-theme="light"]) { ${dark} }
}
[data-jp-theme-light="false"] .jp-MwaaKit-graphView,
.jp-MwaaKit-graphView[data-theme="dark"] { ${dark} }
${RULES}
${looks()
  .map(([state, look]) => {
    const dash = look.dash && `stroke-dasharray: ${look.dash};`;
    return `.jp-MwaaKit-graphView .mk-s-${state} { --mk-colour: var(--mk-${state}); }
.jp-MwaaKit-graphView .mk-task.mk-s-${state} .mk-box { ${dash} }`;
  })
  .join('\n')}`;
}

type Look = ReturnType<typeof looks>[number][1];

function declarations(
  colours: Readonly<Record<string, string>>,
  colourOf: (look: Look) => string
): string {
  const states = looks().map(([state, look]) => [state, colourOf(look)]);
  return [...Object.entries(colours), ...states]
    .map(([name, value]) => `--mk-${name}: ${value};`)
    .join(' ');
}

const RULES = `
.jp-MwaaKit-graphView {
  box-sizing: border-box; display: flex; flex-direction: column; height: 100%; min-height: 0; container-type: inline-size;
  background: var(--mk-ground); color: var(--mk-ink);
  font: 13px/1.4 var(--jp-ui-font-family, system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif);
}
.jp-MwaaKit-graphView *, .jp-MwaaKit-graphView *::before { box-sizing: border-box; }
.jp-MwaaKit-graphView [hidden] { display: none !important; }
.jp-MwaaKit-graphView :is(h2, h3, p, dl, dd, ul) { margin: 0; padding: 0; }
.jp-MwaaKit-graphView :is(button, input) {
  font: inherit; color: inherit; background: var(--mk-ground); border: 1px solid var(--mk-border); border-radius: 3px; padding: 2px 8px; min-height: 26px;
}
.jp-MwaaKit-graphView button { cursor: pointer; }
.jp-MwaaKit-graphView button:hover { border-color: var(--mk-brand); }
.jp-MwaaKit-graphView button[aria-pressed="true"] { border-color: var(--mk-brand); box-shadow: inset 0 0 0 1px var(--mk-brand); }
.jp-MwaaKit-graphView :is(button, input):focus-visible { outline: 2px solid var(--mk-brand); outline-offset: 1px; }
.jp-MwaaKit-graphView .mk-tools { display: flex; flex-wrap: wrap; align-items: center; gap: 4px; padding: 4px 6px; border-bottom: 1px solid var(--mk-line); }
.jp-MwaaKit-graphView .mk-tools input { flex: 0 1 15em; min-width: 6em; }
.jp-MwaaKit-graphView .mk-tools button { min-width: 28px; }
.jp-MwaaKit-graphView .mk-found { color: var(--mk-soft); font-size: 12px; margin-right: auto; padding: 0 4px; }
.jp-MwaaKit-graphView .mk-stage { flex: 1; min-height: 0; display: flex; position: relative; }
.jp-MwaaKit-graphView .mk-canvas { flex: 1; min-width: 0; min-height: 0; position: relative; overflow: hidden; }
.jp-MwaaKit-graphView .mk-canvas > .jp-MwaaKit-graph { display: block; position: absolute; left: 0; top: 0; width: 160%; height: 160%; will-change: transform; cursor: grab; touch-action: none; user-select: none; }
.jp-MwaaKit-graphView .mk-canvas > .jp-MwaaKit-graph:active { cursor: grabbing; }
.jp-MwaaKit-graphView .mk-canvas > .jp-MwaaKit-graph.mk-connecting, .jp-MwaaKit-graphView .mk-connecting .mk-task { cursor: crosshair; }
.jp-MwaaKit-graphView .mk-canvas > .jp-MwaaKit-graph:focus-visible { outline: 2px solid var(--mk-brand); outline-offset: -2px; }
.jp-MwaaKit-graphView .mk-nothing { position: absolute; inset: 0; display: grid; place-items: center; color: var(--mk-soft); padding: 16px; text-align: center; pointer-events: none; }
.jp-MwaaKit-graphView .mk-map { position: absolute; right: 8px; bottom: 8px; background: var(--mk-raised); border: 1px solid var(--mk-border); border-radius: 4px; opacity: 0.94; cursor: pointer; touch-action: none; }
.jp-MwaaKit-graphView .mk-map .mk-window { fill: var(--mk-brand); fill-opacity: 0.12; stroke: var(--mk-brand); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.jp-MwaaKit-graphView .mk-tip { position: absolute; z-index: 2; max-width: min(340px, 80%); padding: 5px 9px; background: var(--mk-raised); border: 1px solid var(--mk-border); border-radius: 4px; box-shadow: 0 2px 8px #0003; font-size: 12px; pointer-events: none; overflow-wrap: anywhere; }
.jp-MwaaKit-graphView .mk-tip p + p { margin-top: 3px; }
.jp-MwaaKit-graphView .mk-details { width: 290px; overflow: auto; padding: 12px 14px; border-left: 1px solid var(--mk-line); background: var(--mk-ground); }
.jp-MwaaKit-graphView .mk-details h2 { font-size: 14px; font-weight: 600; overflow-wrap: anywhere; }
.jp-MwaaKit-graphView .mk-details h3 { font-size: 12px; font-weight: 600; color: var(--mk-soft); margin-top: 14px; }
.jp-MwaaKit-graphView .mk-details dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin-top: 8px; }
.jp-MwaaKit-graphView .mk-details dt { color: var(--mk-soft); }
.jp-MwaaKit-graphView .mk-details dd { overflow-wrap: anywhere; }
.jp-MwaaKit-graphView .mk-details pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 10px 0 0; font: inherit; color: var(--mk-soft); }
.jp-MwaaKit-graphView .mk-details ul { list-style: none; }
.jp-MwaaKit-graphView .mk-details li { margin-top: 6px; }
.jp-MwaaKit-graphView .mk-details li button { overflow-wrap: anywhere; text-align: left; max-width: 100%; }
.jp-MwaaKit-graphView .mk-details li p { color: var(--mk-soft); font-size: 12px; margin: 2px 0 0 2px; overflow-wrap: anywhere; }
.jp-MwaaKit-graphView .mk-open { margin-top: 10px; }
.jp-MwaaKit-graphView .mk-sheet { flex: 1; min-width: 0; overflow: auto; padding: 0 10px; }
.jp-MwaaKit-graphView .mk-sheet table { border-collapse: collapse; width: 100%; }
.jp-MwaaKit-graphView .mk-sheet :is(th, td) { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--mk-line); overflow-wrap: break-word; max-width: 26em; }
.jp-MwaaKit-graphView .mk-sheet th { position: sticky; top: 0; background: var(--mk-ground); color: var(--mk-soft); font-weight: 600; }
.jp-MwaaKit-graphView .mk-sheet .mk-chosen td { background: var(--mk-raised); }
.jp-MwaaKit-graphView .mk-sheet td button { text-align: left; overflow-wrap: break-word; max-width: 100%; }
.jp-MwaaKit-graphView .mk-legend { display: flex; flex-wrap: wrap; gap: 2px 14px; padding: 4px 10px; border-top: 1px solid var(--mk-line); color: var(--mk-soft); font-size: 12px; }
.jp-MwaaKit-graphView .mk-legend > span { display: inline-flex; align-items: center; gap: 5px; }
.jp-MwaaKit-graphView .mk-legend svg { display: block; flex: none; }
.jp-MwaaKit-graphView .mk-said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@container (max-width: 560px) {
  .jp-MwaaKit-graphView .mk-stage { flex-direction: column; }
  .jp-MwaaKit-graphView .mk-details { width: auto; max-height: 42%; border-left: 0; border-top: 1px solid var(--mk-line); }
}
.jp-MwaaKit-graphView svg text { fill: var(--mk-ink); unicode-bidi: isolate; }
.jp-MwaaKit-graphView svg .mk-soft { fill: var(--mk-soft); font-size: 11px; font-weight: 400; }
.jp-MwaaKit-graphView svg .mk-name { font-size: 13px; font-weight: 600; }
.jp-MwaaKit-graphView svg .mk-end { text-anchor: end; }
.jp-MwaaKit-graphView .mk-room > rect { fill: var(--mk-room); stroke: var(--mk-room-border); stroke-width: 1; stroke-dasharray: 5 3; }
.jp-MwaaKit-graphView .mk-room .mk-soft { font-weight: 600; }
.jp-MwaaKit-graphView .mk-close { cursor: pointer; }
.jp-MwaaKit-graphView .mk-handle { fill: transparent; }
.jp-MwaaKit-graphView .mk-close:hover .mk-handle { fill: var(--mk-room); }
.jp-MwaaKit-graphView .mk-edge > path { fill: none; stroke: var(--mk-edge); stroke-width: 1.4; }
.jp-MwaaKit-graphView .mk-edge > .mk-head { fill: var(--mk-edge); stroke: none; }
.jp-MwaaKit-graphView .mk-edge > .mk-reach { stroke: transparent; stroke-width: 12; }
.jp-MwaaKit-graphView .mk-asset-edge > .mk-line { stroke-dasharray: 4 3; }
.jp-MwaaKit-graphView .mk-edge { cursor: pointer; }
.jp-MwaaKit-graphView .mk-edge.mk-dim { opacity: 0.3; }
.jp-MwaaKit-graphView .mk-edge:is(.mk-near, :hover) { opacity: 1; --mk-edge: var(--mk-brand); }
.jp-MwaaKit-graphView .mk-edge:is(.mk-near, :hover) > .mk-line { stroke-width: 2.4; }
.jp-MwaaKit-graphView .mk-all { fill: none; stroke: var(--mk-edge); stroke-width: 0.7; vector-effect: non-scaling-stroke; }
.jp-MwaaKit-graphView .mk-all.mk-dim { opacity: 0.25; }
.jp-MwaaKit-graphView .mk-touching { fill: none; stroke: var(--mk-brand); stroke-width: 2; vector-effect: non-scaling-stroke; }
.jp-MwaaKit-graphView .mk-task { --mk-own: var(--mk-border); --mk-kind: var(--mk-operator); cursor: pointer; }
.jp-MwaaKit-graphView .mk-taskflow { --mk-kind: var(--mk-taskflow); }
.jp-MwaaKit-graphView .mk-sensor { --mk-kind: var(--mk-sensor); }
.jp-MwaaKit-graphView :is(.mk-empty, .mk-group) { --mk-kind: var(--mk-empty); }
.jp-MwaaKit-graphView .mk-box { fill: var(--mk-box); stroke: var(--mk-own); stroke-width: 1.2; }
.jp-MwaaKit-graphView .mk-stripe { fill: var(--mk-kind); }
.jp-MwaaKit-graphView .mk-mark { fill: none; stroke: var(--mk-soft); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.jp-MwaaKit-graphView .mk-idle { fill: none; stroke: var(--mk-border); stroke-width: 1.4; }
.jp-MwaaKit-graphView .mk-task.mk-state { --mk-own: var(--mk-colour); --mk-kind: var(--mk-colour); }
.jp-MwaaKit-graphView .mk-task.mk-state .mk-box { stroke-width: 1.8; }
.jp-MwaaKit-graphView .mk-task.mk-s-failed .mk-box { stroke-width: 2.8; }
.jp-MwaaKit-graphView .mk-disc { fill: var(--mk-colour); }
.jp-MwaaKit-graphView .mk-glyph { fill: none; stroke: var(--mk-glyph); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.jp-MwaaKit-graphView .mk-bar { fill: var(--mk-colour); stroke: var(--mk-box); stroke-width: 1; }
.jp-MwaaKit-graphView .mk-heap > .mk-box { fill: var(--mk-empty); stroke: none; }
.jp-MwaaKit-graphView .mk-heap.mk-state > .mk-box { fill: var(--mk-colour); stroke: none; }
.jp-MwaaKit-graphView .mk-heap > .mk-glyph { vector-effect: non-scaling-stroke; stroke-width: 1.3; }
.jp-MwaaKit-graphView :is(.mk-task, .mk-heap).mk-dim { opacity: 0.25; }
.jp-MwaaKit-graphView .mk-task:hover .mk-box { stroke: var(--mk-brand); }
.jp-MwaaKit-graphView .mk-task.mk-selected .mk-box { stroke: var(--mk-brand); stroke-width: 3; }
.jp-MwaaKit-graphView .mk-item { fill: transparent; stroke: none; outline: none; }
.jp-MwaaKit-graphView .mk-item:focus-visible { stroke: var(--mk-brand); stroke-width: 2.5; }
.jp-MwaaKit-graphView .mk-task.mk-target .mk-box { stroke: var(--mk-brand); stroke-width: 3; stroke-dasharray: 6 3; }
.jp-MwaaKit-graphView .mk-far .mk-task .mk-box { vector-effect: non-scaling-stroke; }
.jp-MwaaKit-graphView .mk-port { fill: var(--mk-box); stroke: var(--mk-brand); stroke-width: 1.8; opacity: 0; cursor: crosshair; }
.jp-MwaaKit-graphView :is(.mk-task:hover, .mk-selected) .mk-port, .jp-MwaaKit-graphView .mk-item:focus-visible + g > .mk-port { opacity: 1; }
.jp-MwaaKit-graphView .mk-port:hover { fill: var(--mk-brand); }
.jp-MwaaKit-graphView .mk-drawing { fill: none; stroke: var(--mk-brand); stroke-width: 2; stroke-dasharray: 6 4; pointer-events: none; }
@media (prefers-contrast: more) {
  .jp-MwaaKit-graphView { --mk-edge: var(--mk-ink); --mk-border: var(--mk-ink); --mk-soft: var(--mk-ink); --mk-room-border: var(--mk-ink); }
}
@media (forced-colors: active) {
  .jp-MwaaKit-graphView {
    --mk-ground: Canvas; --mk-box: Canvas; --mk-raised: Canvas; --mk-ink: CanvasText; --mk-soft: CanvasText; --mk-line: CanvasText;
    --mk-border: CanvasText; --mk-edge: CanvasText; --mk-room: transparent; --mk-room-border: CanvasText; --mk-brand: Highlight; --mk-glyph: Canvas;
  }
}`;
