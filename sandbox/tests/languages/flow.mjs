// A service that takes Imprint's webhooks, and its test. Node 18 and nothing else: node flow.mjs
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const SANDBOX = process.env.IMPRINT_SANDBOX ?? "http://127.0.0.1:8080";
const TOKEN = "made-up-token";

// Whether Imprint signed these very bytes, within the last five minutes.
function isGenuine(header, body) {
  const parts = Object.fromEntries((header ?? "").split(",").map((part) => part.trim().split("=", 2)));
  const { t = "", s = "" } = parts;
  const expected = createHmac("sha256", TOKEN).update(`${t}.`).update(body).digest();
  const shown = Buffer.from(s, "hex");
  if (!/^\d+$/.test(t) || shown.length !== expected.length || !timingSafeEqual(shown, expected)) return false;
  const milliseconds = Number(t) * (t.length > 11 ? 1 : 1000); // Imprint documents both units
  return Math.abs(Date.now() - milliseconds) < 300_000;
}

const approved = new Set();
const shop = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks); // the raw body: JSON that is parsed and written again has other bytes
  if (!isGenuine(request.headers["x-imprint-hmac-signature"], body)) return response.writeHead(401).end();
  const event = JSON.parse(body);
  if (event.object === "APPLICATION" && event.data.status === "OFFER_ACCEPTED") approved.add(event.data.customer_id);
  response.writeHead(200).end();
});
await new Promise((ready) => shop.listen(0, "127.0.0.1", ready));

async function post(path, body, key) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const answer = await fetch(SANDBOX + path, { method: "POST", headers, body: JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${json.error?.message}`);
  return json;
}

// An account for this test alone: other tests may run on the same sandbox at the same time.
const account = await post("/_sandbox/accounts", {});
const control = (path, body = {}) => post(`/_sandbox/${path}?account=${account.name}`, body);
await control("endpoints", { url: `http://127.0.0.1:${shop.address().port}/imprint`, token: TOKEN });

const session = await post("/v2/customer_sessions", { partner_customer_id: "PARTNER_USER_456" }, account.key);
const outcome = await control("applications", { client_secret: session.client_secret, last_name: "approve" });
await control("settle"); // every webhook was acknowledged; otherwise 424, which says which was not and why
assert(approved.has(outcome.customer_id));
await control("requests/verify"); // each request was right, and nothing was done twice
console.log("verified", outcome.customer_id);
shop.close();
