/** Which environment the user publishes to, and what is known of it. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from './api.ts';
import type { IEnvironment } from './wire.ts';

export const PRACTICE = 'practice';
/** What the server calls the practice MWAA while there is none. */
export const STOPPED = 'STOPPED';

export class EnvironmentChoice {
  constructor(private readonly _api: Api) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The name of the chosen environment: the practice MWAA until another is chosen. */
  name = PRACTICE;
  profile: string | undefined;
  region: string | undefined;
  known: IEnvironment[] = [];
  profiles: string[] = [];

  get current(): IEnvironment | undefined {
    return this.known.find(one => one.name === this.name);
  }

  choose(name: string, profile?: string, region?: string): void {
    this.name = name;
    this.profile = profile;
    this.region = region;
    this._changed.emit();
  }

  /** Ask which environments there are, seen from a notebook. */
  async refresh(path?: string): Promise<void> {
    const found = await this._api.environments(path);
    this.known = found.environments;
    this.profiles = found.profiles;
    this._changed.emit();
  }

  /** What a plan or a publish says of where it goes. */
  destination(): { env: string; profile?: string; region?: string } {
    return {
      env: this.name,
      ...(this.profile ? { profile: this.profile } : {}),
      ...(this.region ? { region: this.region } : {})
    };
  }

  private readonly _changed = new Signal<this, void>(this);
}
