package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/test/e2e/audit"
)

const log = `{"auditID":"1","stage":"ResponseStarted","verb":"watch","user":{"username":"operator"},"objectRef":{"resource":"pods","apiVersion":"v1"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-01T00:00:01.000000Z"}
{"auditID":"1","stage":"ResponseComplete","verb":"watch","user":{"username":"operator"},"objectRef":{"resource":"pods","apiVersion":"v1"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-01T00:00:01.000000Z"}
{"auditID":"2","stage":"ResponseComplete","verb":"patch","user":{"username":"operator"},"objectRef":{"resource":"statefulsets","namespace":"a","name":"store","apiGroup":"apps"},"responseStatus":{"code":201},"requestReceivedTimestamp":"2026-01-01T00:00:02.000000Z"}
{"auditID":"3","stage":"ResponseComplete","verb":"patch","user":{"username":"operator"},"objectRef":{"resource":"zotartifactstores","subresource":"status","namespace":"a","name":"store"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-01T00:00:03.000000Z"}
{"auditID":"4","stage":"ResponseComplete","verb":"get","user":{"username":"somebody"},"requestURI":"/version?timeout=32s","responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-01T00:00:03.000000Z"}
{"auditID":"5","stage":"ResponseComplete","verb":"update","user":{"username":"operator"},"objectRef":{"resource":"leases","namespace":"b","apiGroup":"coordination.k8s.io"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-01T00:00:04.000000Z"}
{"auditID":"6","stage":"Respo`

func TestReadGivesEachRequestOnce(t *testing.T) {
	requests, err := audit.Read(strings.NewReader(log), func(r audit.Request) bool { return r.User == "operator" })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range requests {
		got = append(got, strings.Join([]string{r.Verb, r.Resource, r.Subresource, r.Namespace}, " "))
	}
	want := []string{"watch pods  ", "patch statefulsets  a", "patch zotartifactstores status a", "update leases  b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !requests[3].Lease() || requests[1].Lease() {
		t.Error("leases are not told apart")
	}
	if requests[0].Write() || !requests[1].Write() {
		t.Error("writes are not told apart")
	}
	if want := time.Date(2026, 1, 1, 0, 0, 1, 0, time.UTC); !requests[0].Received.Equal(want) {
		t.Errorf("received at %s, want %s", requests[0].Received, want)
	}
}

func TestReadRefusesWhatIsNoEvent(t *testing.T) {
	_, err := audit.Read(strings.NewReader("{\"auditID\":\"1\"}\nnonsense\n"), func(audit.Request) bool { return true })
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v, want an error that names line 2", err)
	}
}

func TestTable(t *testing.T) {
	requests, err := audit.Read(strings.NewReader(log), func(r audit.Request) bool { return r.User == "operator" })
	if err != nil {
		t.Fatal(err)
	}
	got := audit.Table(audit.Row{Title: "all", Requests: requests}, audit.Row{Title: "none"})
	want := `  requests  watch  update  patch  total
       all      1       1      2      4
      none      0       0      0      0
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestList(t *testing.T) {
	requests, err := audit.Read(strings.NewReader(log), func(audit.Request) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	want := `    1  watch pods
    1  update leases
    1  patch zotartifactstores/status
    1  patch statefulsets
    1  get /version`
	if diff := cmp.Diff(want, audit.List(requests)); diff != "" {
		t.Error(diff)
	}
}
