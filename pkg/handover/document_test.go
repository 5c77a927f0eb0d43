package handover_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func exampleBoot() handover.Boot {
	return handover.Boot{
		Zot: map[string]any{
			"distSpecVersion": "1.1.1",
			"storage": map[string]any{
				"rootDirectory": "/zot", "dedupe": false,
				"storageDriver": map[string]any{"name": "s3", "bucket": "images", "region": "eu<1>"},
			},
			"http": map[string]any{"address": "0.0.0.0", "port": "5000", "realm": "a&b"},
		},
		Credentials: []handover.Credential{
			handover.AWS("s3", "s3"), handover.Azure("azure"), handover.GCS("gcs"), handover.OIDC("zot", "oidc"),
			handover.Redis(handover.RedisServer{Address: "redis:6379", Database: 1, TLS: true}, "redis"),
			handover.HTPasswd("users"), handover.TLS("cert", "key"), handover.CA("", "authorities"), handover.SessionKeys("session"),
		},
	}
}

func exampleLive() handover.Live {
	return handover.Live{Zot: map[string]any{
		"storage": map[string]any{"gc": true, "gcInterval": "24h"},
		"http": map[string]any{"accessControl": map[string]any{"repositories": map[string]any{
			"**": map[string]any{"anonymousPolicy": []any{"read", "create"}},
		}}},
	}}
}

func TestGolden(t *testing.T) {
	boot, err := handover.EncodeBoot(exampleBoot())
	if err != nil {
		t.Fatal(err)
	}
	live, err := handover.EncodeLive(exampleLive())
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{handover.BootFile: boot, handover.LiveFile: live} {
		path := filepath.Join("testdata", name)
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s differs from %s; if that is wanted, consider the agents of running stores, then UPDATE_GOLDEN=1:\n%s",
				name, path, diff)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	first, err := handover.EncodeBoot(exampleBoot())
	if err != nil {
		t.Fatal(err)
	}
	boot, err := handover.DecodeBoot(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := handover.EncodeBoot(boot)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("boot changes on its way:\n%s", diff)
	}
	if diff := cmp.Diff(exampleBoot().Credentials, boot.Credentials); diff != "" {
		t.Errorf("credentials change on their way:\n%s", diff)
	}
	live, err := handover.EncodeLive(exampleLive())
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := handover.DecodeLive(live)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exampleLive().Zot, decoded.Zot); diff != "" {
		t.Errorf("live changes on its way:\n%s", diff)
	}
}

func TestNumbersAreNotRounded(t *testing.T) {
	live, err := handover.DecodeLive([]byte(`{"format":1,"zot":{"n":12345678901234567890,"f":0.10}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"n": json.Number("12345678901234567890"), "f": json.Number("0.10")}
	if diff := cmp.Diff(want, live.Zot); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeBootRefuses(t *testing.T) {
	tests := []struct {
		name, data, says string
	}{
		{"nothing", ``, "invalid JSON"},
		{"no object", `[]`, "not a JSON object"},
		{"no format", `{"zot":{}}`, "format 0, this agent supports format 1"},
		{"newer format", `{"format":2,"zot":[],"new":1}`, "format 2, this agent supports format 1"},
		{"text as format", `{"format":"1"}`, `"format" has the wrong type`},
		{"no zot", `{"format":1}`, `no object "zot"`},
		{"null zot", `{"format":1,"zot":null}`, `no object "zot"`},
		{"zot of other type", `{"format":1,"zot":[]}`, `"zot" has the wrong type`},
		{"unknown field", `{"format":1,"zot":{},"extra":1}`, `unknown field "extra"`},
		{"second document", `{"format":1,"zot":{}} {}`, "invalid JSON"},
		{"cut off", `{"format":1,"zot":{`, "invalid JSON"},
		{"unknown kind", `{"format":1,"zot":{},"credentials":[{"kind":"magic","sources":[]}]}`, `"magic" is unknown`},
		{"missing source", `{"format":1,"zot":{},"credentials":[{"kind":"gcs-key-file","sources":[]}]}`, `purpose "key-file"`},
		{"path as Secret", `{"format":1,"zot":{},"credentials":[{"kind":"gcs-key-file","sources":[` +
			`{"secret":"../boot","purpose":"key-file","keys":[]}]}]}`, "no name of a Secret"},
		{"path as key", `{"format":1,"zot":{},"credentials":[{"kind":"gcs-key-file","sources":[` +
			`{"secret":"s","purpose":"key-file","keys":["a/b"]}]}]}`, "no key of a Secret"},
		{"no source", `{"format":1,"zot":{},"credentials":[{"kind":"gcs-key-file","sources":[` +
			`{"purpose":"key-file","keys":[]}]}]}`, "must name a Secret or a ConfigMap"},
		{"two sources", `{"format":1,"zot":{},"credentials":[{"kind":"ca-bundle","sources":[` +
			`{"secret":"a","configMap":"b","purpose":"certificates","keys":[]}]}]}`, "and not both"},
		{"path as ConfigMap", `{"format":1,"zot":{},"credentials":[{"kind":"ca-bundle","sources":[` +
			`{"configMap":"../boot","purpose":"certificates","keys":[]}]}]}`, "no name of a Secret or ConfigMap"},
		{"secret in a ConfigMap", `{"format":1,"zot":{},"credentials":[{"kind":"htpasswd","sources":[` +
			`{"configMap":"a","purpose":"users","keys":[]}]}]}`, `ConfigMap "a" cannot be its source`},
		{"redis without server", `{"format":1,"zot":{},"credentials":[{"kind":"redis","sources":[]}]}`, "no server"},
		{"redis without url", `{"format":1,"zot":{},"credentials":[{"kind":"redis","redis":{},"sources":[` +
			`{"secret":"s","purpose":"password","keys":[]}]}]}`, `purpose "url"`},
		{"half a pair", `{"format":1,"zot":{},"credentials":[{"kind":"tls","sources":[` +
			`{"secret":"s","purpose":"certificate","keys":[]}]}]}`, `purpose "private-key"`},
		{"no client ID", `{"format":1,"zot":{},"credentials":[{"kind":"oidc-client","sources":[]}]}`, "no client ID"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := handover.DecodeBoot([]byte(test.data))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an error with %q", err, test.says)
			}
		})
	}
}

func TestDecodeLiveRefuses(t *testing.T) {
	for data, says := range map[string]string{
		`{"format":3,"zot":{}}`:                  "live.json has format 3, this agent supports format 1",
		`{"format":1}`:                           `no object "zot"`,
		`{"format":1,"zot":{},"credentials":[]}`: `unknown field "credentials"`,
	} {
		if _, err := handover.DecodeLive([]byte(data)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want an error with %q", data, err, says)
		}
	}
	if _, err := handover.DecodeLive([]byte(`{"format":3}`)); !errors.Is(err, handover.ErrFormat) {
		t.Errorf("got %v, want ErrFormat", err)
	}
}

func TestEncodeRefusesWhatDecodeRefuses(t *testing.T) {
	boot := handover.Boot{Credentials: []handover.Credential{handover.GCS("a"), handover.GCS("b")}}
	if _, err := handover.EncodeBoot(boot); err == nil || !strings.Contains(err.Error(), "occurs twice") {
		t.Errorf("got %v, want an error about two credentials of a kind", err)
	}
	if _, err := handover.EncodeLive(handover.Live{Zot: map[string]any{"f": func() {}}}); err == nil {
		t.Error("a function was encoded")
	}
}

func TestEmptyDocumentsCanBeRead(t *testing.T) {
	boot, err := handover.EncodeBoot(handover.Boot{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handover.DecodeBoot(boot); err != nil {
		t.Error(err)
	}
	live, err := handover.EncodeLive(handover.Live{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handover.DecodeLive(live); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	boot, err := handover.EncodeBoot(exampleBoot())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(boot)
	f.Add([]byte(`{"format":1,"zot":{"a":[1,{"b":null}]}}`))
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		decoded, err := handover.DecodeBoot(data)
		if err != nil {
			return
		}
		first, err := handover.EncodeBoot(decoded)
		if err != nil {
			t.Fatalf("decoded, but not encoded again: %v", err)
		}
		again, err := handover.DecodeBoot(first)
		if err != nil {
			t.Fatalf("encoded, but not decoded again: %v", err)
		}
		second, err := handover.EncodeBoot(again)
		if err != nil || string(first) != string(second) {
			t.Errorf("not stable (%v): %s, then %s", err, first, second)
		}
	})
}
