/** The one WebSocket: says hello, reconnects with back-off, carries typed messages. Knows nothing of their meaning. */

import type { FromPage, FromServer } from "./protocol";

/** `refused`: the token is not this server's, so trying again cannot help. */
export type Connection = "connecting" | "open" | "lost" | "refused";

export interface Socket {
  /** False when there is no connection; the message is then dropped. */
  send(message: FromPage): boolean;
  /** Try now instead of after the pause. */
  retry(): void;
}

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;
const TOKEN_REFUSED = 4401;

export function connectSocket(
  token: () => string,
  onMessage: (message: FromServer) => void,
  onConnection: (state: Connection) => void,
): Socket {
  let socket: WebSocket | null = null;
  let welcomed = false;
  let failures = 0;
  let timer: number | undefined;

  const transmit = (message: FromPage) => socket?.send(JSON.stringify(message));

  const connect = () => {
    window.clearTimeout(timer);
    const current = new WebSocket(`ws://${location.host}/ws`);
    socket = current;
    current.onopen = () => transmit({ type: "hello", token: token() });
    current.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as FromServer;
      if (message.type === "welcome") {
        welcomed = true;
        failures = 0;
        onConnection("open");
      }
      onMessage(message);
    };
    current.onclose = (event) => {
      if (socket !== current) return;
      socket = null;
      welcomed = false;
      if (event.code === TOKEN_REFUSED) return onConnection("refused");
      onConnection("lost");
      timer = window.setTimeout(connect, pause(failures++));
    };
  };

  onConnection("connecting");
  connect();
  return {
    send(message) {
      if (welcomed) transmit(message);
      return welcomed;
    },
    retry() {
      if (!socket) connect();
    },
  };
}

/** Full jitter: anywhere up to a ceiling that doubles, so that many pages do not return in step. */
function pause(failures: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures);
}
