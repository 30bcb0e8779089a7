/** Sentences that several views write alike. */
import type { IProblem } from './wire.ts';

/** What happened, after where it did: many messages go on from there, as the command line prints them. */
export function sentence(problem: IProblem): string {
  const { path, cell, line, message } = problem;
  const where = [
    path ? path.replace(/^.*[/\\]/, '') : '',
    cell === null || cell === undefined ? '' : `cell ${cell}`,
    line === null || line === undefined ? '' : `line ${line}`
  ].filter(Boolean);
  return where.length ? `${where.join(', ')}: ${message}` : message;
}
