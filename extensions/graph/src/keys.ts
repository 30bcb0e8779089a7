/** What each key does on the graph. Pure. */
import type { Direction } from './walk.ts';

export type Action =
  | { do: 'walk'; direction: Direction }
  | { do: 'first' | 'last' | 'open' | 'mark' | 'leave' }
  | { do: 'nearer' | 'farther' | 'fit' | 'search' | 'connect' | 'group' };

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down'
};

const ACTIONS: Readonly<Record<string, Exclude<Action, { do: 'walk' }>['do']>> =
  {
    Home: 'first',
    End: 'last',
    Enter: 'open',
    ' ': 'mark',
    Escape: 'leave',
    '+': 'nearer',
    '=': 'nearer',
    '-': 'farther',
    '0': 'fit',
    '/': 'search',
    e: 'connect',
    g: 'group'
  };

export function actionOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>
): Action | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return undefined;
  }
  const direction = Object.hasOwn(ARROWS, event.key)
    ? ARROWS[event.key]
    : undefined;
  if (direction) {
    return { do: 'walk', direction };
  }
  const action = Object.hasOwn(ACTIONS, event.key)
    ? ACTIONS[event.key]
    : undefined;
  return action && { do: action };
}
