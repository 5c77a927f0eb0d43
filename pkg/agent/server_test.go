package agent

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestServer(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readOnly)
	a := p.started()
	state, err := handover.DecodeState([]byte(serverAnswer(a)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.State(), state); diff != "" || !state.Applied {
		t.Errorf("%+v\n%s", state, diff)
	}
	for request, want := range map[string]int{
		"GET /healthz": http.StatusOK, "GET /other": http.StatusNotFound, "POST /state": http.StatusMethodNotAllowed,
	} {
		method, path, _ := strings.Cut(request, " ")
		answer := httptest.NewRecorder()
		a.Server("").Handler.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
		if answer.Code != want {
			t.Errorf("%s: got %d", request, answer.Code)
		}
	}
}
