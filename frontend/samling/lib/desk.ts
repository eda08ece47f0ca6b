import { observe } from "../../svar/lib/observe.ts";
import { Problem, ask } from "./http.ts";
import type { Live } from "./live.ts";
import type { State } from "./state.ts";

export type Do =
  | "next"
  | "back"
  | "go"
  | "stage"
  | "current"
  | "reveal"
  | "unreveal"
  | "door"
  | "timer_start"
  | "timer_stop"
  | "hide"
  | "show"
  | "close"
  | "reopen";

/** What somebody who is signed in may do with a workshop. */
export class Desk {
  problem: Problem | null = null;
  /** Nobody is signed in, in this browser. */
  signedIn = false;
  busy = false;

  private form: string | undefined;
  private readonly address: string;

  constructor(
    code: string,
    private readonly live: Live,
  ) {
    observe(this);
    this.address = `/stab/api/workshops/${encodeURIComponent(code)}`;
  }

  /** Looks whether somebody is signed in. */
  async enter(): Promise<boolean> {
    try {
      this.form = (await ask<{ form_token: string }>("GET", "/stab/api/form-token")).form_token;
      this.signedIn = true;
    } catch {
      this.signedIn = false;
    }
    return this.signedIn;
  }

  steer(what: Do, value?: string | number | boolean): Promise<boolean> {
    return this.send("POST", "steer", value === undefined ? { do: what } : { do: what, value });
  }

  /** Does something; what went wrong is in `problem`. */
  async send(method: string, path: string, body?: unknown): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await this.try(method, path, body);
    } catch (error) {
      this.problem = error as Problem;
    }
    this.busy = false;
    return this.problem === null;
  }

  private async try(method: string, path: string, body: unknown): Promise<void> {
    const send = () => ask<unknown>(method, `${this.address}/${path}`, { body, form: this.form });
    let reply: unknown;
    try {
      reply = await send();
    } catch (error) {
      // The token of the forms is that of a session; a new session has a new one.
      if ((error as Problem).code !== "forbidden" || !(await this.enter())) throw error;
      reply = await send();
    }
    if (isState(reply) && reply.script !== undefined && this.live.state?.script !== undefined)
      this.live.take(reply, this.live.linked);
  }
}

function isState(reply: unknown): reply is State {
  return typeof reply === "object" && reply !== null && "phase" in reply && "cards" in reply;
}
