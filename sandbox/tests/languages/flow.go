// A service that takes Imprint's webhooks, and its test. Go 1.19 and nothing else: go run flow.go
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const token = "made-up-token"

// isGenuine tells whether Imprint signed these very bytes, within the last five minutes.
func isGenuine(header string, body []byte) bool {
	parts := map[string]string{}
	for _, part := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(parts["t"] + "."))
	mac.Write(body)
	shown, err := hex.DecodeString(parts["s"])
	signed, wrong := strconv.ParseInt(parts["t"], 10, 64)
	if err != nil || wrong != nil || !hmac.Equal(shown, mac.Sum(nil)) {
		return false
	}
	at := time.Unix(signed, 0)
	if len(parts["t"]) > 11 { // Imprint documents both units
		at = time.UnixMilli(signed)
	}
	return time.Since(at).Abs() < 5*time.Minute
}

func main() {
	sandbox := os.Getenv("IMPRINT_SANDBOX")
	if sandbox == "" {
		sandbox = "http://127.0.0.1:8080"
	}
	var approved sync.Map
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !isGenuine(r.Header.Get("X-Imprint-Hmac-Signature"), body) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var event struct {
			Object string
			Data   map[string]any
		}
		if err := json.Unmarshal(body, &event); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if event.Object == "APPLICATION" && event.Data["status"] == "OFFER_ACCEPTED" {
			approved.Store(event.Data["customer_id"], true)
		}
	}))
	defer shop.Close()

	post := func(path, key string, body map[string]any) map[string]any {
		text, _ := json.Marshal(body)
		request, _ := http.NewRequest("POST", sandbox+path, bytes.NewReader(text))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+key)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			log.Fatal(err)
		}
		defer answer.Body.Close()
		var fields map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&fields); err != nil || answer.StatusCode > 299 {
			log.Fatalf("%s: %d %v %v", path, answer.StatusCode, fields["error"], err)
		}
		return fields
	}

	// An account for this test alone: other tests may run on the same sandbox at the same time.
	account := post("/_sandbox/accounts", "", map[string]any{})
	control := func(path string, body map[string]any) map[string]any {
		return post(fmt.Sprintf("/_sandbox/%s?account=%s", path, account["name"]), "", body)
	}
	control("endpoints", map[string]any{"url": shop.URL + "/imprint", "token": token})

	session := post("/v2/customer_sessions", account["key"].(string), map[string]any{"partner_customer_id": "PARTNER_USER_456"})
	outcome := control("applications", map[string]any{"client_secret": session["client_secret"], "last_name": "approve"})
	control("settle", map[string]any{}) // every webhook was acknowledged; otherwise 424, which says which was not and why
	if _, ok := approved.Load(outcome["customer_id"]); !ok {
		log.Fatal("the shop was not told")
	}
	control("requests/verify", map[string]any{}) // each request was right, and nothing was done twice
	fmt.Println("verified", outcome["customer_id"])
}
