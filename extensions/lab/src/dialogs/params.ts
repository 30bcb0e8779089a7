/** The params of a Dag as what a form shows, and what was typed as values again. Knows no document. */

import type { IParamSchema } from '../wire.ts';

export interface IParamField {
  name: string;
  kind: 'flag' | 'choice' | 'number' | 'text' | 'json';
  /** What the form shows at first. */
  shown: string;
  usual: unknown;
  choices: readonly unknown[];
  whole: boolean;
  optional: boolean;
  description: string;
}

/** How a param is asked for: by its schema, else by the kind of its default. */
export function fieldOf(
  name: string,
  usual: unknown,
  schema: IParamSchema = {}
): IParamField {
  const types = typesOf(usual, schema);
  const choices = schema.enum ?? [];
  return {
    name,
    kind: choices.length ? 'choice' : kindOf(types),
    shown: shownOf(usual),
    usual,
    choices,
    whole: types.includes('integer') && !types.includes('number'),
    optional: types.includes('null') || choices.includes(null),
    description: schema.description ?? ''
  };
}

function typesOf(usual: unknown, schema: IParamSchema): string[] {
  if (schema.type !== undefined) {
    return [schema.type].flat();
  }
  switch (typeof usual) {
    case 'boolean':
      return ['boolean'];
    case 'number':
      return ['number'];
    case 'string':
      return ['string'];
    default:
      return ['any'];
  }
}

function kindOf(types: readonly string[]): IParamField['kind'] {
  const real = types.filter(type => type !== 'null');
  if (real.length !== 1) {
    return 'json';
  }
  switch (real[0]) {
    case 'boolean':
      return types.length > 1 ? 'json' : 'flag';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

export function shownOf(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The value that was typed; undefined where it is none of the field's kind. Left empty, a field that may be null is null. */
export function valueOf(field: IParamField, typed: string): unknown {
  const { kind, optional, usual } = field;
  if (kind === 'choice') {
    return field.choices.find(choice => shownOf(choice) === typed);
  }
  if (typed === shownOf(usual)) {
    return usual ?? null;
  }
  if (!typed.trim() && (optional || (kind === 'json' && usual === null))) {
    return null;
  }
  if (kind === 'text') {
    return typed;
  }
  const value = parsed(typed);
  if (kind === 'number') {
    const fits = typeof value === 'number' && Number.isFinite(value);
    return fits && (!field.whole || Number.isInteger(value))
      ? value
      : undefined;
  }
  if (kind === 'flag') {
    return typeof value === 'boolean' ? value : undefined;
  }
  // Of a list only a list is typed, of an object an object; where nothing is known of it, a text is a text.
  if (Array.isArray(usual)) {
    return Array.isArray(value) ? value : undefined;
  }
  if (typeof usual === 'object' && usual !== null) {
    return isObject(value) ? value : undefined;
  }
  return value === undefined ? typed : value;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
