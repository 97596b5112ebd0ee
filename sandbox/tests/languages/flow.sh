#!/bin/sh
# From nothing to an approved customer, with curl 7.82 or later.
set -eu
sandbox=${IMPRINT_SANDBOX:-http://127.0.0.1:8080}

# Your backend asks for a session. The key is the user name; there is no password.
session=$(curl -sSf -u sandbox-key: "$sandbox/v2/customer_sessions" --json '{"partner_customer_id": "PARTNER_USER_456"}')
secret=$(printf %s "$session" | sed 's/.*"client_secret":"\([^"]*\)".*/\1/')

# The customer applies; `review` waits for a decision, and any name but `approve` and `review` is rejected.
curl -sSf "$sandbox/_sandbox/applications" --json "{\"client_secret\": \"$secret\", \"last_name\": \"approve\"}"

# What your webhook receiver would have been sent.
curl -sSf "$sandbox/_sandbox/events?kind=APPLICATION"

# The next search fails, and the one after that does not.
curl -sSf "$sandbox/_sandbox/faults" --json '{"operation": "searchCustomers", "next": 1, "status": 503}'
curl -s -o /dev/null -w '%{http_code}\n' -u sandbox-key: "$sandbox/v2/customers"
curl -sSf -u sandbox-key: "$sandbox/v2/customers?partner_customer_id=PARTNER_USER_456"
