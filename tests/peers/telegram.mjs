// Starts the emulator of Telegram by others on the port given, until its input ends.
import { createRequire } from "node:module";

const TelegramServer = createRequire(import.meta.url)("telegram-test-api");
const server = new TelegramServer({ host: "127.0.0.1", port: Number(process.argv[2]), storeTimeout: 600 });
await server.start();
console.log("ready");
process.stdin.on("end", () => process.exit(0)).resume();
