package backends

import (
	"encoding/base64"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/backend"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// The account that Azurite is told to have.
var accountKey = base64.StdEncoding.EncodeToString([]byte("the key of the account at Azurite"))

// newAzure starts Azurite and gives its address.
func newAzure(t *testing.T) string {
	t.Helper()
	program := os.Getenv("BACKENDS_AZURITE")
	if program == "" {
		t.Skip("BACKENDS_AZURITE is not set: hack/backends.sh installs Azurite")
	}
	address := freeAddress(t)
	host, port := split(t, address)
	start(t, []string{"AZURITE_ACCOUNTS=account1:" + accountKey}, "node", program, "--blobHost", host, "--blobPort", port,
		"--location", t.TempDir(), "--skipApiVersionCheck", "--disableTelemetry")
	listens(t, address)
	return address
}

func newContainer(t *testing.T, address, name string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut,
		"http://"+address+"/account1/"+name+"?restype=container", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Ms-Version", "2019-02-02")
	request.Header.Set("X-Ms-Date", time.Now().UTC().Format(http.TimeFormat))
	key, err := base64.StdEncoding.DecodeString(accountKey)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "SharedKey account1:"+backend.SharedKey(request, "account1", key))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("make a container: %s", response.Status)
	}
}

func TestAzure(t *testing.T) {
	address := newAzure(t)
	s := newStore(t, `
storage:
  type: azure
  azure:
    accountName: account1
    container: artifacts
    serviceURL: http://`+address+`/account1
    credentialsSecret: azure
`, content{"azure": {"accountKey": accountKey}}, nil)

	s.finds(handover.SubjectStorage, handover.FaultNotFound, `"artifacts"`, "ContainerNotFound")
	s.fails()
	newContainer(t, address, "artifacts")
	s.finds(handover.SubjectStorage, "")
	s.works()
	begun := s.started()

	s.secret("azure", map[string]string{"accountKey": base64.StdEncoding.EncodeToString([]byte("another key"))})
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "azure"`)
	s.restarts(begun + 1)
	s.secret("azure", map[string]string{"accountKey": accountKey})
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 2)
	s.works()
}
