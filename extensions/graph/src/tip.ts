/** A few lines beside the pointer, or beside what is selected. */
import { htmlElement as el } from './svg.ts';

const AWAY = 12;

export class Tip {
  readonly node = el('div', { class: 'mk-tip', role: 'tooltip', hidden: '' });

  /** Show lines at a place in the canvas; without lines, nothing. */
  show(lines: readonly string[], x: number, y: number): void {
    this.node.hidden = !lines.length;
    if (!lines.length) {
      return;
    }
    this.node.replaceChildren(...lines.map(line => el('p', {}, line)));
    const room = this.node.parentElement?.getBoundingClientRect();
    const { width, height } = this.node.getBoundingClientRect();
    const right = (room?.width ?? Infinity) - width - 4;
    const below = y + AWAY + height < (room?.height ?? Infinity);
    const top = below ? y + AWAY : y - AWAY - height;
    this.node.style.left = `${Math.max(4, Math.min(x + AWAY, right))}px`;
    this.node.style.top = `${Math.max(4, top)}px`;
  }

  hide(): void {
    this.node.hidden = true;
  }
}
