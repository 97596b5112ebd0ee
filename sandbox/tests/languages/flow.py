"""A service that takes Imprint's webhooks, and its test. Python 3.9 and nothing else."""
import hashlib, hmac, json, os, threading, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SANDBOX = os.environ.get("IMPRINT_SANDBOX", "http://127.0.0.1:8080")
HOST = os.environ.get("RECEIVER_HOST", "127.0.0.1")  # under which the sandbox reaches this service
TOKEN = "made-up-token"


def is_genuine(header, body):
    """Whether Imprint signed these very bytes, within the last five minutes."""
    parts = dict(part.strip().partition("=")[::2] for part in (header or "").split(","))
    signed, digits = parts.get("t", ""), parts.get("s", "")
    expected = hmac.new(TOKEN.encode(), signed.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not signed.isascii() or not signed.isdigit() or not hmac.compare_digest(expected.encode(), digits.encode()):
        return False
    seconds = int(signed) / (1000 if len(signed) > 11 else 1)  # Imprint documents both units
    return abs(time.time() - seconds) < 300


class Shop(BaseHTTPRequestHandler):
    approved = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers.get("x-imprint-hmac-signature"), body):
            return self.send_error(401)
        event = json.loads(body)
        if event["object"] == "APPLICATION" and event["data"]["status"] == "OFFER_ACCEPTED":
            Shop.approved.add(event["data"]["customer_id"])
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def call(method, path, body=None, key=None):
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(SANDBOX + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:  # an error of the sandbox is an HTTPError
        return json.load(answer)


if __name__ == "__main__":
    shop = ThreadingHTTPServer((HOST, 0), Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()

    # An account for this test alone: other tests may run on the same sandbox at the same time.
    account = call("POST", "/_sandbox/accounts", {})
    control = lambda path, body={}: call("POST", f"/_sandbox/{path}?account={account['name']}", body)
    url = f"http://{HOST}:{shop.server_port}/imprint"
    control("endpoints", {"url": url, "token": TOKEN})

    session = call("POST", "/v2/customer_sessions", {"partner_customer_id": "PARTNER_USER_456"}, account["key"])
    outcome = control("applications", {"client_secret": session["client_secret"], "last_name": "approve"})
    control("settle")  # every webhook was acknowledged; otherwise 424, which says which was not and why
    assert outcome["customer_id"] in Shop.approved
    control("requests/verify")  # each request was right, and nothing was done twice
    print("verified", outcome["customer_id"])
