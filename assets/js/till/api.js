// The till's API. A refusal is told from a silence: what was refused was not done, of a silence nobody knows.

const PATIENCE_MS = 10_000;
const TOO_MANY_REQUESTS = 429;
const SERVER_FAILS = 500;

// The API has said no; `code` is for us, `message` for the cashier.
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.fault = problem.errors?.[0] ?? {};
  }
}

// No answer, or not now: try again.
export class Unreachable extends Error {}

export class Api {
  constructor(language) {
    this.language = language;
    this.key = "";
    this.onReach = () => {};
    this.unanswered = new Map();
  }

  get(path, query = {}, options = {}) {
    return this.ask("GET", path, { query, ...options });
  }

  post(path, body, options = {}) {
    return this.ask("POST", path, { body, ...options });
  }

  // A press of a button: pressed again before anybody has answered, it is the same request.
  async press(press, path, body) {
    const idempotencyKey = this.unanswered.get(press) ?? crypto.randomUUID();
    this.unanswered.set(press, idempotencyKey);
    try {
      const answer = await this.post(path, body, { idempotencyKey });
      this.unanswered.delete(press);
      return answer;
    } catch (error) {
      if (error instanceof Refused) {
        this.unanswered.delete(press);
      }
      throw error;
    }
  }

  async ask(method, path, { query = {}, body, idempotencyKey, patienceMs = PATIENCE_MS } = {}) {
    const parameters = new URLSearchParams({ ...query, language: this.language });
    const headers = { authorization: `Bearer ${this.key}` };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
    }
    if (idempotencyKey) {
      headers["idempotency-key"] = idempotencyKey;
    }
    let answer;
    let said;
    try {
      answer = await fetch(`${path}?${parameters}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: "no-store",
        signal: AbortSignal.timeout(patienceMs),
      });
      said = await answer.json();
    } catch (error) {
      this.onReach(false);
      throw new Unreachable(String(error));
    }
    if (answer.status >= SERVER_FAILS || answer.status === TOO_MANY_REQUESTS) {
      this.onReach(answer.status === TOO_MANY_REQUESTS);
      throw new Unreachable(said.detail);
    }
    this.onReach(true);
    if (!answer.ok) {
      throw new Refused(said);
    }
    return said;
  }
}
