/** The lines of the links: each by itself when near, all as one path from afar. */
import { type IRect, meets } from './camera.ts';
import type { Route } from './layout/arrange.ts';
import type { ILayout } from './layout/nest.ts';
import { boundsOf, curve, head, polyline } from './lines.ts';
import type { ILink, IScene } from './scene.ts';
import type { IMarks } from './selection.ts';
import { svgElement as el } from './svg.ts';

interface IPlacedLink {
  link: ILink;
  route: Route;
  bounds: IRect;
}

export class LineLayer {
  readonly node = el('g', { 'aria-hidden': 'true' });

  show(scene: IScene, layout: ILayout): void {
    this._links = scene.links.map((link, i) => {
      const route = layout.routes[i] as Route;
      return { link, route, bounds: boundsOf(route) };
    });
    this._clear();
  }

  /** Paint each line that is seen. */
  paintNear(seen: IRect, marks: IMarks): void {
    if (this._isFar) {
      this._clear();
    }
    const links = this._links.filter(({ bounds }) => meets(bounds, seen));
    const keep = new Set(links.map(({ link }) => link.key));
    for (const [key, { node }] of this._lines) {
      if (!keep.has(key)) {
        node.remove();
        this._lines.delete(key);
      }
    }
    for (const placed of links) {
      const { link } = placed;
      if (!this._lines.has(link.key)) {
        const node = this.node.appendChild(paintLine(placed));
        this._lines.set(link.key, { node, link });
        markLine(node, link, marks);
      }
    }
  }

  /** Paint all lines that are seen as one. */
  paintFar(seen: IRect, marks: IMarks): void {
    this._clear();
    this._isFar = true;
    const links = this._links.filter(({ bounds }) => meets(bounds, seen));
    this._all.setAttribute('d', joined(links));
    this.node.append(this._all, this._touching);
    this.mark(marks);
  }

  /** Show what is selected and what a search dims. */
  mark(marks: IMarks): void {
    for (const { node, link } of this._lines.values()) {
      markLine(node, link, marks);
    }
    if (this._isFar) {
      const near = this._links.filter(({ link }) => touches(link, marks));
      this._all.classList.toggle('mk-dim', marks.found !== null);
      this._touching.setAttribute('d', joined(near));
    }
  }

  /** All lines in full detail. */
  everything(): SVGGElement {
    return el('g', {}, ...this._links.map(paintLine));
  }

  private _clear(): void {
    this._isFar = false;
    this._lines.clear();
    this.node.replaceChildren();
  }

  private readonly _all = el('path', { class: 'mk-all' });
  private readonly _touching = el('path', { class: 'mk-touching' });
  private _links: IPlacedLink[] = [];
  private readonly _lines = new Map<
    string,
    { node: SVGGElement; link: ILink }
  >();
  private _isFar = false;
}

function joined(links: readonly IPlacedLink[]): string {
  return links.map(({ route }) => polyline(route)).join('');
}

/** Whether a link is selected, or leads from or to what is. */
function touches(link: ILink, { selected, link: chosen }: IMarks): boolean {
  return (
    link.key === chosen ||
    (selected !== null && (link.from === selected || link.to === selected))
  );
}

function markLine(node: SVGGElement, link: ILink, marks: IMarks): void {
  node.classList.toggle('mk-near', touches(link, marks));
  node.classList.toggle('mk-dim', marks.found !== null);
}

function paintLine({ link, route }: IPlacedLink): SVGGElement {
  const d = curve(route);
  const asset = link.edges.length ? '' : ' mk-asset-edge';
  return el(
    'g',
    { class: `mk-edge${asset}`, 'data-link': link.key },
    el('path', { class: 'mk-reach', d }),
    el('path', { class: 'mk-line', d }),
    el('path', { class: 'mk-head', d: head(route) })
  );
}
