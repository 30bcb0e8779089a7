/** Which part of the drawing is seen, and how large. All functions are pure: a camera is never changed. */

export interface ISize {
  width: number;
  height: number;
}

export interface IRect extends ISize {
  x: number;
  y: number;
}

/** The part of the drawing that fills the window, in its own units; it has the shape of the window. */
export type Camera = IRect;

const NEAREST = 0.4;
const FARTHEST = 60;
const MARGIN = 24;

/** Units of the drawing to a pixel of the window: above 1 the drawing is smaller than it was drawn. */
export function scaleOf(camera: Camera, port: ISize): number {
  return camera.width / port.width;
}

/** The whole drawing in the middle of the window, never larger than drawn. */
export function fit(drawing: IRect, port: ISize): Camera {
  const scale = Math.max(
    drawing.width / port.width,
    drawing.height / port.height,
    1
  );
  return centred(
    drawing.x + drawing.width / 2,
    drawing.y + drawing.height / 2,
    scale,
    port
  );
}

/** Nearer by `factor` (farther when below 1), the point under (x, y) of the window staying where it is. */
export function zoom(
  camera: Camera,
  port: ISize,
  factor: number,
  x: number,
  y: number
): Camera {
  const scale = scaleOf(camera, port);
  const wanted = Math.min(FARTHEST, Math.max(NEAREST, scale / factor));
  return {
    x: camera.x + x * (scale - wanted),
    y: camera.y + y * (scale - wanted),
    width: port.width * wanted,
    height: port.height * wanted
  };
}

/** Moved by pixels of the window. */
export function pan(
  camera: Camera,
  port: ISize,
  dx: number,
  dy: number
): Camera {
  const scale = scaleOf(camera, port);
  return { ...camera, x: camera.x - dx * scale, y: camera.y - dy * scale };
}

/** Moved no further than needed to see a box, and brought nearer where it could not be read. */
export function reveal(camera: Camera, port: ISize, box: IRect): Camera {
  if (scaleOf(camera, port) > 1.6) {
    return centred(box.x + box.width / 2, box.y + box.height / 2, 1, port);
  }
  return {
    ...camera,
    x: shifted(camera.x, camera.width, box.x, box.width),
    y: shifted(camera.y, camera.height, box.y, box.height)
  };
}

/** The same middle and scale in a window of another size. */
export function resized(camera: Camera, before: ISize, port: ISize): Camera {
  return centred(
    camera.x + camera.width / 2,
    camera.y + camera.height / 2,
    scaleOf(camera, before),
    port
  );
}

/** `rect` made larger on every side, by a part of its own size. */
export function grown({ x, y, width, height }: IRect, part: number): IRect {
  return {
    x: x - width * part,
    y: y - height * part,
    width: width * (1 + 2 * part),
    height: height * (1 + 2 * part)
  };
}

export function meets(a: IRect, b: IRect): boolean {
  return (
    a.x <= b.x + b.width &&
    b.x <= a.x + a.width &&
    a.y <= b.y + b.height &&
    b.y <= a.y + a.height
  );
}

export function holds(outer: IRect, inner: IRect): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

function centred(x: number, y: number, scale: number, port: ISize): Camera {
  const width = port.width * scale;
  const height = port.height * scale;
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function shifted(
  start: number,
  length: number,
  box: number,
  size: number
): number {
  if (box - MARGIN < start) {
    return box - MARGIN;
  }
  return Math.max(start, box + size + MARGIN - length);
}
