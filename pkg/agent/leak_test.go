package agent

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// quirks make a secret what people make of secrets. The verb is the random part.
var quirks = []string{
	"%", "%\n", "%\r\n", " %", "%\nx", "%\x00", "%\xff", `{"private_key":"%"}`, `{"private_key":"%`, `{"a":%}`, `"%"`, `[%]`, "%#c", "",
}

// Whatever is in the Secrets, and however broken it is: none of it is told to anybody.
func TestNothingLeaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[A-Za-z0-9+/]{16}`)
		var tokens []string
		value := func(label string) string {
			drawn := token.Draw(t, label)
			tokens = append(tokens, drawn)
			return strings.ReplaceAll(rapid.SampledFrom(quirks).Draw(t, label+" quirk"), "%", drawn)
		}
		p := newPod(t)
		p.boot(plainBoot, handover.AWS("s", "s"), handover.Azure("s"), handover.GCS("s"), handover.OIDC("zot", "s"))
		p.live(readOnly)
		keys := []string{
			"access-key", "secret-key", "accountKey", "tenantId", "clientId", "clientSecret", "key.json", "secret", "other",
		}
		var told strings.Builder
		content := func() map[string]string {
			drawn := map[string]string{}
			for _, key := range keys {
				if rapid.IntRange(0, 9).Draw(t, "present") > 0 {
					drawn[key] = value(key)
				}
			}
			return drawn
		}
		p.secret("s", content())
		if err := p.agent().Init(context.Background()); err != nil {
			told.WriteString(err.Error())
		}
		message, _ := os.ReadFile(p.layout.TerminationLog)
		told.Write(message)
		a := p.sidecar()
		for range 3 {
			p.secret("s", content())
			a.round()
			a.round()
			told.WriteString(serverAnswer(a))
		}
		told.WriteString(p.logs.String())
		for _, token := range tokens {
			for i := 0; i+6 <= len(token); i++ {
				if strings.Contains(told.String(), token[i:i+6]) {
					t.Fatalf("%q of a secret is told in:\n%s", token[i:i+6], told.String())
				}
			}
		}
	})
}

func serverAnswer(a *Agent) string {
	answer := httptest.NewRecorder()
	a.Server("").Handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, handover.StatePath, nil))
	return answer.Body.String()
}
