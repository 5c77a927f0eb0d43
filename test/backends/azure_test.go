package backends

import (
	"encoding/base64"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/outside"
)

func TestAzure(t *testing.T) {
	t.Parallel()
	server := outside.NewAzurite(t, "account1", nil)
	s := newStore(t, `
storage:
  type: azure
  azure:
    accountName: account1
    container: artifacts
    serviceURL: http://`+server.Address+`/account1
    credentialsSecret: azure
`, content{"azure": {"accountKey": outside.AzureKey}}, nil)

	s.finds(handover.SubjectStorage, handover.FaultNotFound, `"artifacts"`, "ContainerNotFound")
	s.fails()
	server.Container("artifacts")
	s.finds(handover.SubjectStorage, "")
	s.works()
	begun := s.Starts()

	s.Secret("azure", map[string]string{"accountKey": base64.StdEncoding.EncodeToString([]byte("another key"))})
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "azure"`)
	s.restarts(begun + 1)
	s.Secret("azure", map[string]string{"accountKey": outside.AzureKey})
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 2)
	s.works()
}
