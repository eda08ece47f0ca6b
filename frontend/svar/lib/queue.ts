/**
 * Answers that wait on the device until the server has them: each is sent until it is received, and
 * then wiped. A receipt's hash makes sending twice harmless, so whatever may have arrived is sent
 * again: after a lost reply, a closed page, or by another tab.
 */

import { Problem, sendResponse, type ResponseBody } from "./api.ts";
import { all, change, read, remove, shared, webLocks, write } from "./device.ts";
import { observe } from "./observe.ts";

/** Waiting: sent as soon as there is a network. Refused: the server said no, and somebody decides. */
export type State = "waiting" | "refused";
export type Happening = "received" | "lost" | "refused";

/** What a try leads to. */
export const NEXT: Record<Happening, State | "gone"> = {
  received: "gone",
  lost: "waiting",
  refused: "refused",
};

/** An answer as it waits, word for word as it is sent; `problem` is why the server said no. */
export type Entry = { code: string; body: ResponseBody; state: State; problem: string | null };

/** What a screen may know of an answer that waits: nothing of what is in it. */
export type Summary = Omit<Entry, "body"> & { id: string };

const PREFIX = "answer:";
const LOCK = "fortell-queue";
const LEASE = "lease";
/** Longer than any one try takes. */
const LEASE_MS = 120_000;
/** Seconds between tries, while the network stays away. */
const PAUSES_S = [4, 10, 30, 60, 120, 300];

/** What has come of a try: only a "no" from our own server is one. */
export function happening(problem: Problem | null): Happening {
  if (problem === null) return "received";
  const ours = problem.code !== "unexpected" && !problem.code.startsWith("work_");
  return ours && problem.refused && problem.status !== 429 ? "refused" : "lost";
}

export class Queue {
  /** What waits on this device. */
  waits: readonly Summary[] = [];
  /** Answers that this page has seen arrive after they waited. */
  arrived = 0;
  /** What waits is being sent just now. */
  flushing = false;

  private readonly told = new Map<string, () => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = 0;
  private sending: Promise<void> | null = null;

  constructor() {
    observe(this);
  }

  /** Sends what waits now, and again whenever the network may have come back. */
  start(): void {
    if (shared) return;
    addEventListener("online", () => void this.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.flush();
    });
    void this.flush();
  }

  /**
   * Takes an answer that could not be sent.
   *
   * @param onArrived is called when this page has seen it arrive.
   * @returns false where the device keeps nothing.
   */
  async keep(code: string, body: ResponseBody, onArrived: () => void): Promise<boolean> {
    const id = body.receipt_hash;
    const entry: Entry = { code, body, state: "waiting", problem: null };
    if (!(await write(PREFIX + id, entry))) return false;
    this.told.set(id, onArrived);
    await this.look();
    this.sleep(null);
    return true;
  }

  /**
   * Lets a try end that began before its answer was kept, and hears a late reply by asking again.
   * Until then nothing else is done: an answer that is withdrawn meanwhile would arrive afterwards.
   */
  async after(sending: Promise<void>): Promise<void> {
    let late = false;
    await this.alone(() => sending.then(() => void (late = true), () => undefined));
    if (late) await this.flush();
  }

  /** Sends everything that waits, unless another tab is at it. */
  flush(): Promise<void> {
    this.flushing = true;
    this.sending ??= this.sendWaiting().finally(() => {
      this.sending = null;
      this.flushing = false;
    });
    return this.sending;
  }

  /** Tries again what the server has refused. */
  async retry(): Promise<void> {
    for (const { id } of this.waits) await this.set(id, "waiting", null);
    await this.flush();
  }

  /** Deletes answers that wait: one, or all of them. */
  async drop(id?: string): Promise<void> {
    for (const one of this.waits) if (id === undefined || id === one.id) await remove(PREFIX + one.id);
    await this.look();
  }

  /**
   * Withdraws an answer that may wait here, or have been sent: afterwards it is in neither place.
   *
   * @throws {Problem} the server could not be asked, or neither place knows the answer.
   */
  async withdraw(id: string, atServer: () => Promise<void>): Promise<void> {
    const waits = (await read(PREFIX + id)) !== undefined;
    if (!waits) return atServer();
    const done = await this.alone(async () => {
      await atServer().catch((error: unknown) => {
        if (!(error instanceof Problem) || error.code !== "unknown_receipt") throw error;
      });
      await remove(PREFIX + id);
    });
    await this.look();
    if (!done) throw new Problem("busy");
  }

  private async sendWaiting(): Promise<void> {
    clearTimeout(this.timer);
    await this.look();
    let lost: Problem | null = null;
    if (this.waits.some(({ state }) => state === "waiting"))
      await this.alone(async () => {
        lost = await this.sendAll();
      });
    else await remove(LEASE);
    await this.look();
    if (lost === null) this.pause = 0;
    if (this.waits.some(({ state }) => state === "waiting")) this.sleep(lost);
  }

  /** Sends what waits, one answer after the other; returns what kept one of them from arriving. */
  private async sendAll(): Promise<Problem | null> {
    let lost: Problem | null = null;
    for (const { id } of this.waits) {
      const entry = await read<Entry>(PREFIX + id);
      if (entry?.state !== "waiting") continue;
      const problem = await sendResponse(entry.code, entry.body).then(() => null, asProblem);
      const happened = happening(problem);
      await this.set(id, NEXT[happened], problem);
      if (happened === "received") this.tell(id);
      if (happened === "lost") lost = problem;
      if (lost?.status === null) break;
    }
    return lost;
  }

  private async set(id: string, state: State | "gone", problem: Problem | null): Promise<void> {
    await change<Entry>(PREFIX + id, (now) => {
      // Somebody may have deleted it meanwhile.
      if (now === undefined || state === "gone") return undefined;
      return { ...now, state, problem: state === "refused" ? (problem?.code ?? null) : null };
    });
  }

  private tell(id: string): void {
    this.arrived++;
    this.told.get(id)?.();
    this.told.delete(id);
  }

  private async look(): Promise<void> {
    const found = [...(await all<Entry>(PREFIX))];
    this.waits = found.map(([key, { code, state, problem }]) => {
      return { id: key.slice(PREFIX.length), code, state, problem };
    });
  }

  /** Tries again later: each time a little later, and never all phones of a class at once. */
  private sleep(problem: Problem | null): void {
    const pause = PAUSES_S[Math.min(this.pause++, PAUSES_S.length - 1)]!;
    const seconds = Math.max(pause, problem?.retryAfter ?? 0) * (1 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), 1000 * seconds);
  }

  /**
   * Works while no other tab does. Where tabs cannot wait for each other, the first one gets a lease.
   *
   * @returns whether it did.
   */
  private async alone(work: () => Promise<void>): Promise<boolean> {
    const locks = webLocks();
    if (locks !== undefined) {
      await locks.request(LOCK, work);
      return true;
    }
    const now = Date.now();
    let mine = false;
    await change<number>(LEASE, (until) => {
      mine = until === undefined || until <= now || until > now + LEASE_MS;
      return mine ? now + LEASE_MS : until;
    });
    if (!mine) return false;
    try {
      await work();
    } finally {
      await remove(LEASE);
    }
    return true;
  }
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("offline");
}

/** The queue of this device. */
export const queue = new Queue();
