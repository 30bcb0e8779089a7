/** The drawn page: give each Dag on it its view. */
import { DrawnDag, type IDrawnTask } from './drawn.ts';
import { DagModel, type IDagData } from './model.ts';

const sections = document.querySelectorAll<HTMLElement>('.mk-dag');
for (const section of sections) {
  const data = part(section, 'script[type="application/json"]').textContent;
  const dag = JSON.parse(data) as IDagData<IDrawnTask>;
  new DrawnDag(
    new DagModel(dag),
    {
      svg: part<SVGSVGElement>(section, 'svg.jp-MwaaKit-graph'),
      details: part(section, '.mk-details'),
      search: part<HTMLInputElement>(section, 'input[type="search"]'),
      found: part(section, '.mk-found'),
      tools: part(section, '.mk-tools'),
      rows: part(section, 'tbody')
    },
    { wheelZooms: sections.length === 1 }
  );
}

document.addEventListener('keydown', event => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !typing) {
    event.preventDefault();
    document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
  }
});

function part<T extends Element = HTMLElement>(
  section: HTMLElement,
  selector: string
): T {
  const found = section.querySelector<T>(selector);
  if (!found) {
    throw new Error(`The page has no ${selector}.`);
  }
  return found;
}
