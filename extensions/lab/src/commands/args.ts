/** The JSON schemas of what commands take, for the palette, menus and those who call a command by its name. */
import type { ReadonlyJSONObject } from '@lumino/coreutils';

export const NOTHING: ReadonlyJSONObject = {
  type: 'object',
  properties: {}
};

export const A_TASK: ReadonlyJSONObject = {
  type: 'object',
  properties: {
    task_id: {
      type: 'string',
      description: 'The task; that of the active cell where it is left out.'
    }
  }
};

/** What `describedBy` wants. */
export function taking(args: ReadonlyJSONObject): {
  args: ReadonlyJSONObject;
} {
  return { args };
}
