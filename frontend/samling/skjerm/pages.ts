import { useLayoutEffect, useRef, useState } from "preact/hooks";

/**
 * Shows a list a page at a time: as many of its items as the screen has room for. `high`: its only
 * page is higher than the screen.
 *
 * @param count of items.
 * @param key of what is shown: another begins at its first page.
 */
export function usePages(count: number, key: string) {
  const box = useRef<HTMLDivElement>(null);
  const [starts, setStarts] = useState<number[]>([0]);
  const [high, setHigh] = useState(false);
  const [page, setPage] = useState(0);
  const [measured, setMeasured] = useState("");
  const [size, setSize] = useState("");
  const wanted = `${key} ${count} ${size}`;
  const measuring = measured !== wanted;

  useLayoutEffect(() => {
    const resized = () => setSize(`${innerWidth}x${innerHeight}`);
    resized();
    addEventListener("resize", resized);
    void document.fonts.ready.then(() => setSize((now) => `${now} `));
    return () => removeEventListener("resize", resized);
  }, []);

  useLayoutEffect(() => {
    if (!measuring) return;
    const found = count === 1 ? [0] : startsOf(box.current);
    setStarts(found);
    setHigh(found.length === 1 && isHigh(box.current));
    setPage((now) => Math.min(now, found.length - 1));
    setMeasured(wanted);
  });

  useLayoutEffect(() => setPage(0), [key]);

  const at = Math.min(page, starts.length - 1);
  const shown = (place: number) =>
    measuring || (place >= (starts[at] ?? 0) && place < (starts[at + 1] ?? Infinity));
  return { box, shown, page: at, pages: starts.length, high: high && !measuring, setPage };
}

/** Whether there is more than there is room for. */
function isHigh(box: HTMLElement | null): boolean {
  return box !== null && box.scrollHeight > box.clientHeight + 1;
}

/** Where each page begins, from how high the items are. */
function startsOf(box: HTMLElement | null): number[] {
  if (box === null) return [0];
  const room = box.clientHeight;
  const starts = [0];
  let top = 0;
  Array.from(box.children[0]?.children ?? []).forEach((item, place) => {
    const { offsetTop, offsetHeight } = item as HTMLElement;
    if (place === 0) top = offsetTop;
    if (offsetTop + offsetHeight - top <= room || place === starts.at(-1)) return;
    starts.push(place);
    top = offsetTop;
  });
  return starts;
}
