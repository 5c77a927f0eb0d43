package agent

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestRedis(t *testing.T) {
	plain := handover.RedisServer{Address: "redis:6379"}
	tests := []struct {
		name    string
		server  handover.RedisServer
		secrets map[string]volume
		want    string
	}{
		{
			"the url wins", plain, one("url", "redis://u:p%40@other:1/7", "password", "no"),
			`{"addr":["other:1"],"db":7,"password":"p@","username":"u"}`,
		},
		{"default port", plain, one("REDIS_URL", "redis://other\n"), `{"addr":["other:6379"],"db":0}`},
		{"IPv6", plain, one("url", "redis://[::1]/"), `{"addr":["[::1]:6379"],"db":0}`},
		{"password alone", plain, one("url", "redis://:p@other"), `{"addr":["other:6379"],"db":0,"password":"p"}`},
		{"options", plain, one("url", "redis://u:p@other/1?pool_size=3"), `{"url":"redis://u:p@other:6379/1?pool_size=3"}`},
		{"cluster", plain, one("url", "redis://u:p@a:1?addr=b:2"), `{"url":"redis://u:p@a:1?addr=b:2"}`},
		{
			"no cluster, be it spelled so", plain, one("url", "rediss://u:xaddrx@addr.example"),
			`{"url":"rediss://u:x%61ddrx@Addr.example:6379/0"}`,
		},
		{"characters that end a URL", plain, one("password", "/?#@: %"), `{"addr":["redis:6379"],"db":0,"password":"/?#@: %"}`},
		{
			"the same with TLS",
			handover.RedisServer{Address: "redis:6379", TLS: true},
			one("password", "/?#@: %"),
			`{"url":"rediss://:%2F%3F%23%40%3A%20%25@redis:6379/0"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			planned, problems := planFor(t, handover.Redis(test.server, "s"), test.secrets)
			if planned == nil || len(problems) > 0 {
				t.Fatalf("got %+v", problems)
			}
			config := object(t, string(planned.files[0].content))
			var got strings.Builder
			encoder := json.NewEncoder(&got)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(at(config, "storage.cacheDriver")); err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(got.String()) != test.want {
				t.Errorf("got %s, want %s", got.String(), test.want)
			}
		})
	}
}

func TestRedisRefuses(t *testing.T) {
	somewhere, nowhere := handover.RedisServer{Address: "redis:6379"}, handover.RedisServer{}
	tests := []struct {
		name      string
		server    handover.RedisServer
		secrets   map[string]volume
		reason    handover.Reason
		key, says string
	}{
		{"no Secret", somewhere, nil, handover.ReasonSecretNotFound, "", `"password" or "redis-password"`},
		{"no password", somewhere, one("username", "u"), handover.ReasonSecretKeyMissing, "password", `or the key "url"`},
		{
			"no address", nowhere, one("password", "p"), handover.ReasonSecretKeyMissing, "url",
			`Add the key "url" or "REDIS_URL", or set spec.storage.cache.redis.address.`,
		},
		{"no address, no Secret", nowhere, nil, handover.ReasonSecretNotFound, "", "or set spec.storage.cache.redis.address"},
		{"empty password", somewhere, one("password", "\n"), handover.ReasonSecretInvalid, "password", "it is empty"},
		{"binary user", somewhere, one("password", "p", "username", "\xff"), handover.ReasonSecretInvalid, "username", "not UTF-8"},
		{"empty url", somewhere, one("url", ""), handover.ReasonSecretInvalid, "url", "it is empty"},
		{"another scheme", somewhere, one("url", "https://hush@host"), handover.ReasonSecretInvalid, "url", "redis:// or rediss://"},
		{"unix socket", somewhere, one("url", "unix:///hush"), handover.ReasonSecretInvalid, "url", "redis:// or rediss://"},
		{"no host", somewhere, one("url", "redis://:hush@/0"), handover.ReasonSecretInvalid, "url", "no host"},
		{"no host but a port", somewhere, one("url", "redis://:hush@:6379"), handover.ReasonSecretInvalid, "url", "no host"},
		{"raw per cent", somewhere, one("url", "redis://:hu%sh@host"), handover.ReasonSecretInvalid, "url", "percent-encoded"},
		{"no database", somewhere, one("url", "redis://:hush@host/hush"), handover.ReasonSecretInvalid, "url", "database"},
		{"negative database", somewhere, one("url", "redis://:hush@host/-1"), handover.ReasonSecretInvalid, "url", "database"},
		{"space", somewhere, one("url", "redis://:hu sh@host"), handover.ReasonSecretInvalid, "url", "white space"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			planned, problems := planFor(t, handover.Redis(test.server, "s"), test.secrets)
			if planned != nil || len(problems) != 1 {
				t.Fatalf("got %+v and problems %+v", planned, problems)
			}
			got := problems[0]
			if got.Reason != test.reason || got.Key != test.key || !strings.Contains(got.Message, test.says) ||
				strings.Contains(got.Message, "hush") {
				t.Errorf("got %+v", got)
			}
		})
	}
}
