/** Pointer and keys over the graph, told to the view in its own verbs. */
import type { IPoint } from './connect.ts';
import { type Action, actionOf } from './keys.ts';
import type { Stage } from './stage.ts';

export interface IVerbs {
  /** Select a box; null selects nothing. */
  choose(key: string | null): void;
  chooseLink(key: string): void;
  open(key: string): void;
  closeGroup(groupId: string): void;
  /** The pointer is over a box or a link, or over neither. */
  hover(key: string | null, link: string | null, at: IPoint): void;
  /** Whether the key meant anything. */
  act(action: Action): boolean;
}

export function listen(stage: Stage, verbs: IVerbs, signal: AbortSignal): void {
  const { svg } = stage;
  let clicked: string | null = null;
  svg.addEventListener(
    'click',
    event => {
      if (stage.gestures.dragged) {
        return;
      }
      // The first click may have moved what is under the pointer: a double click means what the first one hit.
      if (event.detail === 2 && clicked !== null) {
        verbs.open(clicked);
        return;
      }
      clicked = keyAt(stage, event);
      const group = part(event, '.mk-close')?.closest<SVGElement>('.mk-room');
      const link = part(event, '.mk-edge')?.dataset['link'];
      if (group) {
        verbs.closeGroup(group.dataset['groupId'] ?? '');
      } else if (clicked === null && link !== undefined) {
        verbs.chooseLink(link);
      } else {
        verbs.choose(clicked);
      }
    },
    { signal }
  );
  svg.addEventListener(
    'pointermove',
    event => {
      const bounds = stage.node.getBoundingClientRect();
      const link = part(event, '.mk-edge')?.dataset['link'] ?? null;
      const key = part(event, '[data-key]')?.dataset['key'] ?? null;
      const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
      verbs.hover(event.buttons ? null : key, event.buttons ? null : link, {
        x,
        y
      });
    },
    { signal }
  );
  svg.addEventListener(
    'pointerleave',
    () => verbs.hover(null, null, { x: 0, y: 0 }),
    { signal }
  );
  svg.addEventListener(
    'keydown',
    event => {
      const action = actionOf(event);
      if (action && verbs.act(action)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { signal }
  );
}

/** The box that was clicked; from afar boxes have no elements, so it is looked for by its place. */
function keyAt(stage: Stage, event: MouseEvent): string | null {
  const key = part(event, '[data-key]')?.dataset['key'];
  if (key !== undefined || !stage.isFar) {
    return key ?? null;
  }
  const point = stage.pointAt(event.clientX, event.clientY);
  return stage.boxAt(point)?.key ?? null;
}

function part(event: Event, selector: string): SVGElement | null {
  return (event.target as Element).closest<SVGElement>(selector);
}
