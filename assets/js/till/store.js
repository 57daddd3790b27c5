// What the device keeps (IndexedDB): a few values by name, and what waits to be sent, in its order.
// A promise is fulfilled when the data is on the disk, so what was promised to a cashier outlives tab and power.

const NAME = "plushka-till";
const VALUES = "values";
const QUEUE = "queue";

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(VALUES);
      request.result.createObjectStore(QUEUE, { keyPath: "number", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function transact(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

// The page's objects are proxies, which IndexedDB does not take.
const plain = (value) => JSON.parse(JSON.stringify(value));

export const read = (name) => transact(VALUES, "readonly", (store) => store.get(name));
export const write = (name, value) => transact(VALUES, "readwrite", (store) => store.put(plain(value), name));
export const forget = (name) => transact(VALUES, "readwrite", (store) => store.delete(name));

export const listQueue = () => transact(QUEUE, "readonly", (store) => store.getAll());
export const addToQueue = (item) => transact(QUEUE, "readwrite", (store) => store.add(plain(item)));
export const changeInQueue = (item) => transact(QUEUE, "readwrite", (store) => store.put(plain(item)));
export const removeFromQueue = (number) => transact(QUEUE, "readwrite", (store) => store.delete(number));

// The next number of this device, each given out once, whatever dies right after.
export async function nextNumber() {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(VALUES, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(VALUES);
    let number = 1;
    store.get("lastNumber").onsuccess = (event) => {
      number = (event.target.result ?? 0) + 1;
      store.put(number, "lastNumber");
    };
    transaction.oncomplete = () => resolve(number);
    transaction.onabort = () => reject(transaction.error);
  });
}
