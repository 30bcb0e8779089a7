/** Words that can be translated: `%1`, `%2`, … stand for the arguments, as in JupyterLab's own `trans.__`. */
export type Gettext = (text: string, ...parts: (string | number)[]) => string;

/** The words as they are written here. */
export const english: Gettext = (text, ...parts) =>
  text.replace(/%(\d)/g, (whole, n: string) =>
    String(parts[Number(n) - 1] ?? whole)
  );
