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
/** Words wait for the server, and asking one of this machine costs nothing. */
const LONGEST_PAUSE = 1_000;
const TOKEN_REFUSED = 4401;

/**
 * `answers` says whether the server can be reached: browsers hold back the next WebSocket for seconds once several
 * have failed, so that after a loss none is tried before.
 */
export function connectSocket(
  token: () => string,
  answers: () => Promise<boolean>,
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
    // Behind a proxy that encrypts, the browser lets a page speak to no plain socket.
    const current = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
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
      again();
    };
  };

  const again = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void knock(), pause(failures++));
  };

  const knock = async () => {
    const found = await answers();
    if (socket) return;
    if (found) connect();
    else again();
  };

  onConnection("connecting");
  connect();
  return {
    send(message) {
      if (welcomed) transmit(message);
      return welcomed;
    },
    retry() {
      if (!socket) void knock();
    },
  };
}

/** Full jitter: anywhere up to a ceiling that doubles, so that many pages do not return in step. */
function pause(failures: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures);
}
