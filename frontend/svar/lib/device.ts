/**
 * What this device keeps: records under keys, in one IndexedDB database.
 *
 * The database is made when something is written and goes with its last record; to look into it
 * leaves no trace. Every operation opens and closes it, so no tab stands in another's way.
 */

const NAME = "fortell";
const STORE = "kept";
const LOCK = "fortell-device";

export const SHARED_PARAMETER = "felles";

/** A device that a school hands round: `?felles` in the address. Nothing is written to it. */
export const shared =
  typeof location !== "undefined" && new URLSearchParams(location.search).has(SHARED_PARAMETER);

/** The record under a key; undefined where there is none, or where the device keeps nothing. */
export async function read<T>(key: string): Promise<T | undefined> {
  return (await all<T>(key)).get(key);
}

/** Every record whose key begins so. */
export async function all<T>(prefix: string): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  try {
    await within("readonly", (store) => {
      // Keys are plain letters: nothing of theirs sorts after this.
      const cursor = store.openCursor(IDBKeyRange.bound(prefix, `${prefix}\uffff`));
      cursor.onsuccess = () => {
        if (cursor.result === null) return;
        found.set(cursor.result.key as string, cursor.result.value as T);
        cursor.result.continue();
      };
    });
  } catch {
    return new Map();
  }
  return found;
}

/**
 * Changes one record, with no other tab in between.
 *
 * @param make gets the record, or undefined where there is none, and gives the new one, or undefined
 *   to remove it.
 * @returns whether the device did it: some refuse (a private window, a full disk).
 */
export async function change<T>(
  key: string,
  make: (now: T | undefined) => T | undefined,
): Promise<boolean> {
  if (shared) return false;
  const locks = webLocks();
  const changing = async () => {
    const left = await changed(key, make);
    // Without the lock another tab may write before the database goes: then it stays, empty.
    if (left === 0 && locks !== undefined) await erase();
  };
  try {
    await (locks === undefined ? changing() : locks.request(LOCK, changing));
  } catch {
    return false;
  }
  return true;
}

/** Changes one record, and says how many there are afterwards. */
async function changed<T>(
  key: string,
  make: (now: T | undefined) => T | undefined,
): Promise<number> {
  let left = 0;
  await within("readwrite", (store) => {
    const now = store.get(key);
    now.onsuccess = () => {
      const next = make(now.result as T | undefined);
      if (next === undefined) store.delete(key);
      else store.put(next, key);
      const count = store.count();
      count.onsuccess = () => (left = count.result);
    };
  });
  return left;
}

/** Locks that reach all tabs; browsers have them on https and localhost, and not from long ago. */
export function webLocks(): LockManager | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.locks;
}

export function write(key: string, value: unknown): Promise<boolean> {
  return change(key, () => value);
}

/** Removes a record, if there is one; never makes a database for it. */
export async function remove(key: string): Promise<void> {
  if ((await read(key)) !== undefined) await change(key, () => undefined);
}

/** Removes all records, and the database itself. */
export function erase(): Promise<void> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.deleteDatabase(NAME);
      request.onsuccess = request.onerror = () => resolve();
    } catch {
      resolve();
    }
  });
}

async function within(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => void,
): Promise<void> {
  const database = await open(mode === "readwrite");
  try {
    await new Promise<void>((resolve, reject) => {
      // Strict: on disk when it is done, for the phone may be switched off next.
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(STORE));
    });
  } finally {
    database.close();
  }
}

function open(mayMake: boolean): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME);
    request.onupgradeneeded = () => {
      if (mayMake) request.result.createObjectStore(STORE);
      else request.transaction?.abort();
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
