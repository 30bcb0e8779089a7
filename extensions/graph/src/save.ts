/** The whole graph as a file: everything in full detail, complete in itself, in the colours it is seen in. */
import type { IRect } from './camera.ts';
import { svgElement as el } from './svg.ts';

const MARGIN = 16;
const FOR_EYES_ONLY = '.mk-reach, .mk-handle, .mk-item, title';
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor'
];
/** What no canvas of a browser may exceed. */
const LONGEST_SIDE = 8192;
const MOST_PIXELS = 64e6;

/** The SVG of what is painted in `parts`. `root`: an element that has the style sheet, and so says how it all looks. */
export function svgText(
  root: HTMLElement,
  parts: readonly SVGElement[],
  drawing: IRect,
  title: string
): string {
  const width = Math.ceil(drawing.width + 2 * MARGIN);
  const height = Math.ceil(drawing.height + 2 * MARGIN);
  const [x, y] = [drawing.x - MARGIN, drawing.y - MARGIN];
  const ground = el('rect', { x, y, width, height });
  const svg = el(
    'svg',
    { width, height, viewBox: `${x} ${y} ${width} ${height}`, role: 'img' },
    el('title', {}, title),
    ground,
    ...parts
  );
  const hidden = document.createElement('div');
  hidden.hidden = true;
  hidden.append(svg);
  root.append(hidden);
  try {
    for (const part of svg.querySelectorAll(
      ':scope > g ' + `:is(${FOR_EYES_ONLY})`
    )) {
      part.remove();
    }
    ground.setAttribute('fill', getComputedStyle(root).backgroundColor);
    inlineStyles(svg);
    return new XMLSerializer().serializeToString(svg);
  } finally {
    hidden.remove();
  }
}

/** Write down how each element looks; elements of the same classes within the same classes look the same. */
function inlineStyles(svg: SVGSVGElement): void {
  const known = new Map<string, [string, string][]>();
  const painted = [
    ...svg.querySelectorAll('rect, path, circle, text, g')
  ].slice(1);
  const looks = painted.map(node => {
    const own = `${node.localName} ${node.getAttribute('class') ?? ''}`;
    const outer = classesAround(node);
    let look = known.get(own + outer);
    if (!look) {
      known.set(own + outer, (look = lookOf(node)));
    }
    return look;
  });
  for (const [i, node] of painted.entries()) {
    strip(node);
    for (const [name, value] of looks[i] ?? []) {
      node.setAttribute(name, value);
    }
  }
}

function classesAround(node: Element): string {
  const outer = node.parentElement?.closest('[class]');
  return outer ? ` < ${outer.getAttribute('class')}` : '';
}

function lookOf(node: Element): [string, string][] {
  const computed = getComputedStyle(node);
  if (node.localName === 'g') {
    const opacity = computed.getPropertyValue('opacity');
    return opacity === '1' ? [] : [['opacity', opacity]];
  }
  const text = node.localName === 'text';
  return STYLES.filter(name => text || !/^(font|text)-/.test(name))
    .map((name): [string, string] => [name, computed.getPropertyValue(name)])
    .filter(([, value]) => value !== '' && value !== 'normal');
}

/** Leave of an element only its shape. */
function strip(node: Element): void {
  for (const { name } of [...node.attributes]) {
    if (/^(class|role|tabindex|aria-.*|data-.*|style)$/.test(name)) {
      node.removeAttribute(name);
    }
  }
}

/** A PNG of an SVG, twice as large where a canvas can hold that. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(
      2,
      LONGEST_SIDE / Math.max(width, height),
      Math.sqrt(MOST_PIXELS / (width * height))
    );
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(width * scale));
    canvas.height = Math.max(1, Math.floor(height * scale));
    canvas
      .getContext('2d')
      ?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await blobOf(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => {
      if (blob) {
        resolve(blob);
      } else {
        reject(new Error('The browser could not make a PNG of this size.'));
      }
    }, 'image/png');
  });
}

/** Let the browser save a file. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  const url = URL.createObjectURL(content);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
