/** The options that the form offers, and how what is typed becomes Python. Knows no document. */

export interface IField {
  /** Airflow's own argument name. */
  name: string;
  kind: 'whole' | 'text' | 'seconds' | 'flag' | 'choice' | 'python';
  hint: string;
  choices?: readonly string[];
}

/** Airflow's trigger rules, as `airflow.task.trigger_rule.TriggerRule` lists them. */
export const TRIGGER_RULES = [
  'all_success',
  'all_failed',
  'all_done',
  'all_done_min_one_success',
  'all_done_setup_success',
  'all_skipped',
  'always',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'one_done',
  'one_failed',
  'one_success'
] as const;

export const FIELDS: readonly IField[] = [
  { name: 'retries', kind: 'whole', hint: 'a whole number, such as 2' },
  {
    name: 'retry_delay',
    kind: 'seconds',
    hint: 'seconds, such as 30, or timedelta(minutes=5)'
  },
  {
    name: 'execution_timeout',
    kind: 'seconds',
    hint: 'seconds, such as 600, or timedelta(hours=1)'
  },
  {
    name: 'trigger_rule',
    kind: 'choice',
    hint: '',
    choices: TRIGGER_RULES
  },
  { name: 'pool', kind: 'text', hint: 'a pool of the environment' },
  { name: 'queue', kind: 'text', hint: 'a queue of the environment' },
  { name: 'priority_weight', kind: 'whole', hint: 'a whole number' },
  { name: 'depends_on_past', kind: 'flag', hint: 'True or False' },
  { name: 'owner', kind: 'text', hint: 'who looks after it' }
];

/** What a field shows for a value as the server says it. */
export function textOf(field: IField, value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  return quoted && (field.kind === 'text' || field.kind === 'choice')
    ? (quoted[2] ?? '')
    : text;
}

/** The Python text of what was typed: null takes the option away, undefined means that it does not fit. */
export function pythonOf(
  field: IField,
  typed: string
): string | null | undefined {
  const text = typed.trim();
  if (text === '') {
    return null;
  }
  switch (field.kind) {
    case 'whole':
      return /^-?\d+$/.test(text) ? text : undefined;
    case 'seconds':
      return /^\d+(\.\d+)?$/.test(text)
        ? `timedelta(seconds=${text})`
        : /^timedelta\(.*\)$/.test(text)
          ? text
          : undefined;
    case 'flag':
      return /^(true|false)$/i.test(text)
        ? text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()
        : undefined;
    case 'text':
    case 'choice':
      return JSON.stringify(text);
    case 'python':
      return text;
  }
}
