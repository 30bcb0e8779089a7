/** The one socket of a page: it opens again when it closes, and says where it was, so that no event is lost. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { FromSocket } from './wire.ts';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

export class EventSocket {
  /** `open` makes a socket; `seen` says, by job, the last event that was taken. */
  constructor(
    private readonly _open: () => WebSocket,
    private readonly _seen: () => Record<string, number>
  ) {}

  /** What arrives. */
  get message(): ISignal<this, FromSocket> {
    return this._message;
  }

  /** Whether the server is there: false from the moment the socket closes until it is open again. */
  get connectedChanged(): ISignal<this, boolean> {
    return this._connectedChanged;
  }

  get connected(): boolean {
    return this._connected;
  }

  connect(): void {
    if (this._disposed || this._socket) {
      return;
    }
    const socket = this._open();
    this._socket = socket;
    socket.onopen = () => {
      this._wait = FIRST_WAIT;
      socket.send(JSON.stringify({ op: 'listen', after: this._seen() }));
      this._tell(true);
    };
    socket.onmessage = event =>
      this._message.emit(JSON.parse(String(event.data)) as FromSocket);
    socket.onclose = () => this._closed();
  }

  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
    this._socket?.close();
    Signal.clearData(this);
  }

  private _closed(): void {
    this._socket = null;
    this._tell(false);
    if (!this._disposed) {
      this._timer = window.setTimeout(() => this.connect(), this._wait);
      this._wait = Math.min(this._wait * 2, LONGEST_WAIT);
    }
  }

  private _tell(connected: boolean): void {
    if (connected !== this._connected) {
      this._connected = connected;
      this._connectedChanged.emit(connected);
    }
  }

  private readonly _message = new Signal<this, FromSocket>(this);
  private readonly _connectedChanged = new Signal<this, boolean>(this);
  private _socket: WebSocket | null = null;
  private _connected = false;
  private _disposed = false;
  private _wait = FIRST_WAIT;
  private _timer = 0;
}
