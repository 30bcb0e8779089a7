/** The run card, in a frame that can do nothing but be read. */
import { Widget } from '@lumino/widgets';

export class RunCard extends Widget {
  constructor(html: string, label: string) {
    const node = document.createElement('div');
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', '');
    frame.title = label;
    frame.srcdoc = html;
    node.append(frame);
    super({ node });
    this.id = `mwaa-kit-card-${(RunCard._count += 1)}`;
    this.addClass('jp-MwaaKit-card');
    this.title.label = label;
    this.title.closable = true;
  }

  private static _count = 0;
}
