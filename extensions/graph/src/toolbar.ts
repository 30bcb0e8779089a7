/** Search and buttons above the graph. */
import type { Gettext } from './gettext.ts';
import { htmlElement as el } from './svg.ts';

/** What the buttons do. */
export type Tool =
  'farther' | 'nearer' | 'fit' | 'groups' | 'table' | 'svg' | 'png';

export interface IToolbarActions {
  search(query: string): void;
  /** Enter (true), or Escape (false) in the search. */
  endSearch(found: boolean): void;
  press(tool: Tool): void;
}

export class Toolbar {
  constructor(actions: IToolbarActions, t: Gettext, signal: AbortSignal) {
    const tools: [Tool, string, string][] = [
      ['farther', '−', t('Zoom out (-)')],
      ['nearer', '+', t('Zoom in (+)')],
      ['fit', t('Fit'), t('Show the whole Dag (0)')],
      ['groups', t('Groups'), t('Close or open all task groups')],
      ['table', t('Table'), t('Show the tasks as a table')],
      ['svg', t('SVG'), t('Save the graph as an SVG file')],
      ['png', t('PNG'), t('Save the graph as a PNG file')]
    ];
    this.search = el('input', {
      type: 'search',
      placeholder: t('Find a task (/)'),
      'aria-label': t('Find a task')
    });
    this.node = el(
      'div',
      { class: 'mk-tools', role: 'group', 'aria-label': t('Search and zoom') },
      this.search,
      this.found,
      ...tools.map(([tool, text, title]) => this._button(tool, text, title))
    );
    this.search.addEventListener(
      'input',
      () => actions.search(this.search.value),
      { signal }
    );
    this.search.addEventListener('keydown', e => this._key(e, actions), {
      signal
    });
    this.node.addEventListener(
      'click',
      e => {
        const button = (e.target as Element).closest<HTMLElement>('[data-do]');
        if (button) {
          actions.press(button.dataset['do'] as Tool);
        }
      },
      { signal }
    );
  }

  readonly node: HTMLElement;
  readonly search: HTMLInputElement;
  readonly found = el('output', { class: 'mk-found' });

  button(tool: Tool): HTMLButtonElement {
    return this._buttons.get(tool) as HTMLButtonElement;
  }

  private _button(tool: Tool, text: string, title: string): HTMLElement {
    const button = el(
      'button',
      {
        type: 'button',
        'data-do': tool,
        title,
        'aria-label': text.length > 1 ? undefined : title
      },
      text
    );
    this._buttons.set(tool, button);
    return button;
  }

  private _key(event: KeyboardEvent, actions: IToolbarActions): void {
    if (event.key === 'Enter' || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      actions.endSearch(event.key === 'Enter');
    }
  }

  private readonly _buttons = new Map<Tool, HTMLButtonElement>();
}
