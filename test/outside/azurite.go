package outside

import (
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/backend"
)

// AzureKey is the key of every account at Azurite.
var AzureKey = base64.StdEncoding.EncodeToString([]byte("the key of the account at Azurite"))

// Azurite is Azure Blob Storage.
type Azurite struct {
	// Address is host and port.
	Address string

	t       *testing.T
	account string
	client  *http.Client
	base    string
}

// NewAzurite starts one with an account, over TLS with a certificate of the authority, if there is one. Only then it takes the tokens of
// principals: it looks at who has made them for whom, and until when, and not at the signature.
func NewAzurite(t *testing.T, account string, authority *Authority) *Azurite {
	t.Helper()
	need(t, "BACKENDS_AZURITE", "Azurite")
	a := &Azurite{t: t, account: account, Address: FreeAddress(t), client: http.DefaultClient}
	host, port := Split(t, a.Address)
	arguments := []string{
		os.Getenv("BACKENDS_AZURITE"), "--blobHost", host, "--blobPort", port, "--location", t.TempDir(), "--skipApiVersionCheck",
		"--disableTelemetry", "--silent",
	}
	a.base = "http://" + a.Address
	if authority != nil {
		certificate, key := authority.Files(t, host)
		arguments = append(arguments, "--oauth", "basic", "--cert", certificate, "--key", key)
		a.base, a.client = "https://"+a.Address, authority.Client()
	}
	Start(t, []string{"AZURITE_ACCOUNTS=" + account + ":" + AzureKey}, "node", arguments...)
	Listens(t, a.Address)
	return a
}

// Container makes one.
func (a *Azurite) Container(name string) {
	a.t.Helper()
	address := a.base + "/" + a.account + "/" + name + "?restype=container"
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodPut, address, http.NoBody)
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("X-Ms-Version", "2019-02-02")
	request.Header.Set("X-Ms-Date", time.Now().UTC().Format(http.TimeFormat))
	key, err := base64.StdEncoding.DecodeString(AzureKey)
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Authorization", "SharedKey "+a.account+":"+backend.SharedKey(request, a.account, key))
	response, err := a.client.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		a.t.Fatalf("make a container: %s", response.Status)
	}
}

// Server is where the proxy leads hosts of blob services. Azurite takes the account from the path of an address whose host is an IP
// address, and from the first part of other hosts: a private endpoint has neither, so that it is called as the public cloud is.
func (a *Azurite) Server() http.Handler {
	pathStyle, named := At(a.Address, true, func(string) string { return a.Address }), At(a.Address, true, func(string) string {
		return a.account + ".blob.core.windows.net"
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path+"/", "/"+a.account+"/") {
			pathStyle.ServeHTTP(w, r)
			return
		}
		named.ServeHTTP(w, r)
	})
}
