/** What the server was asked for and has not answered yet: on a slow connection a click is to be seen as heard. */
import { Signal, type ISignal } from '@lumino/signaling';

export type Question = 'run' | 'plan' | 'publish' | 'practice';

export class Asked {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether any of these is asked. */
  has(...what: Question[]): boolean {
    return what.some(one => this._open.has(one));
  }

  /** Do what asks the server. While the same is asked already it does nothing: a second click is none. */
  async during<T>(
    what: Question,
    work: () => Promise<T>
  ): Promise<T | undefined> {
    if (this._open.has(what)) {
      return undefined;
    }
    this._open.add(what);
    this._changed.emit();
    try {
      return await work();
    } finally {
      this._open.delete(what);
      this._changed.emit();
    }
  }

  private readonly _open = new Set<Question>();
  private readonly _changed = new Signal<this, void>(this);
}
