package backend

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// container is what a store on Azure needs: fields of zot's storage.storageDriver.
type container struct {
	account, name string
	// service is the URL of the blob service, and authority where service principals sign in.
	service   *url.URL
	authority string
	// key is that of the account, empty with a service principal and with the identity of the pod.
	key                      []byte
	tenant, client, password string
	// origin tells where the credentials come from, empty if there are none.
	origin string
}

// InspectAzure lists a container as zot does before it serves anything from it: storage.storageDriver.name azure. Without credentials it
// only looks whether the service answers: to nobody it does not tell which containers there are.
func InspectAzure(ctx context.Context, evidence agent.Evidence) *handover.Check {
	driver := driverOf(evidence.Config, "storageDriver")
	if driver["name"] != "azure" {
		return nil
	}
	found, err := containerOf(driver, evidence)
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The container cannot be looked at", err.Error(),
			"Mend spec.storage.azure.")
	}
	caller, err := client(evidence)
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The container cannot be looked at", err.Error(),
			"If this stays, delete the pod.")
	}
	token, refused := found.signIn(ctx, caller)
	if refused != nil {
		return refused
	}
	request, err := found.request(ctx, token, time.Now())
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The container cannot be looked at", err.Error(),
			"Mend spec.storage.azure.")
	}
	said, err := ask(caller, request)
	if err != nil {
		return found.unreached(err)
	}
	return found.judge(said)
}

// publicAuthority is where service principals of the public cloud sign in.
const publicAuthority = "https://login.microsoftonline.com/"

func containerOf(driver map[string]any, evidence agent.Evidence) (container, error) {
	text := textOf(driver)
	realm := text("realm")
	if realm == "" {
		realm = handover.AzureRealm
	}
	out := container{
		account: text("accountname"), name: text("container"), origin: origin(evidence.Credentials, handover.KindAzure),
		authority: handover.AzureAuthority(realm),
	}
	if out.authority == "" {
		out.authority = publicAuthority
	}
	address := text("serviceurl")
	if address == "" {
		address = "https://" + out.account + ".blob." + realm
	}
	var err error
	if out.service, err = url.Parse(address); err != nil {
		return container{}, errors.New("its address is no URL")
	}
	if out.key, err = base64.StdEncoding.DecodeString(text("accountkey")); err != nil {
		return container{}, errors.New("the account key is not base64 text")
	}
	credentials, _ := driver["credentials"].(map[string]any)
	principal := textOf(credentials)
	out.tenant, out.client, out.password = principal("tenantid"), principal("clientid"), principal("secret")
	return out, nil
}

// signIn gives the token of a service principal, and none for others.
func (c container) signIn(ctx context.Context, caller *http.Client) (string, *handover.Check) {
	if c.tenant == "" {
		return "", nil
	}
	address := c.authority + url.PathEscape(c.tenant) + "/oauth2/v2.0/token"
	token, fault, words := exchange(ctx, caller, address, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.client}, "client_secret": {c.password},
		"scope": {"https://storage.azure.com/.default"},
	})
	if fault == "" {
		return token, nil
	}
	what := fmt.Sprintf("%s does not take the service principal in %s", c.authority, c.origin)
	remedy := "Put the right tenant, client and secret there; they are taken up by themselves."
	switch fault {
	case handover.FaultUnreachable:
		what = fmt.Sprintf("There is no connection to %s, where the service principal in %s signs in", c.authority, c.origin)
		remedy = "See whether a firewall or a NetworkPolicy is in the way."
	case handover.FaultNotTrusted:
		what, remedy = fmt.Sprintf("The certificate of %s is not trusted", c.authority), "Put its authority into spec.caBundle."
	case handover.FaultUnfit:
		what = fmt.Sprintf("%s does not answer as it should when the service principal in %s signs in", c.authority, c.origin)
		remedy = "It is asked again."
	default:
	}
	return "", check(handover.SubjectStorage, fault, what, words, remedy)
}

// blobVersion is a version of Azure's protocol that every cloud and every Azure Stack of today knows.
const blobVersion = "2019-02-02"

func (c container) request(ctx context.Context, token string, now time.Time) (*http.Request, error) {
	address := c.service.JoinPath(c.name)
	address.RawQuery = "comp=list&maxresults=1&prefix=zot%2F&restype=container"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("its address is no URL")
	}
	request.Header.Set("X-Ms-Version", blobVersion)
	request.Header.Set("X-Ms-Date", now.UTC().Format(http.TimeFormat))
	switch {
	case token != "":
		request.Header.Set("Authorization", "Bearer "+token)
	case len(c.key) > 0:
		request.Header.Set("Authorization", "SharedKey "+c.account+":"+SharedKey(request, c.account, c.key))
	}
	return request, nil
}

// SharedKey is the signature of a request without a body by the key of an account (Azure: "Authorize with Shared Key").
func SharedKey(request *http.Request, account string, key []byte) string {
	// Eleven standard headers, all empty, are between the method and those of Azure.
	lines := []string{request.Method, strings.Repeat("\n", 10)}
	var own []string
	for name := range request.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-ms-") {
			own = append(own, lower+":"+strings.TrimSpace(request.Header.Get(name)))
		}
	}
	slices.Sort(own)
	lines = append(lines, own...)
	resource := []string{"/" + account + request.URL.EscapedPath()}
	query := request.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		values := slices.Sorted(slices.Values(query[name]))
		resource = append(resource, strings.ToLower(name)+":"+strings.Join(values, ","))
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(strings.Join(append(lines, resource...), "\n")))
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

func (c container) unreached(err error) *handover.Check {
	fault, words := connection(err)
	if fault == handover.FaultNotTrusted {
		return check(handover.SubjectStorage, fault, fmt.Sprintf("The certificate of %s is not trusted", c.service), words,
			"Put its authority into spec.caBundle; a certificate for another name must be made anew.")
	}
	what := fmt.Sprintf("There is no connection to %s, where container %q should be", c.service, c.name)
	return check(handover.SubjectStorage, fault, what, words, "See whether accountName, realm and serviceURL of spec.storage.azure are"+
		" right, and neither a firewall nor a NetworkPolicy is in the way.")
}

func (c container) judge(said answer) *handover.Check {
	tell := func(fault handover.Fault, what, remedy string) *handover.Check {
		return check(handover.SubjectStorage, fault, what, said.said(), remedy)
	}
	nobody := c.origin == ""
	switch {
	case said.status == http.StatusOK && said.root == "EnumerationResults", nobody && said.status < http.StatusInternalServerError:
		return check(handover.SubjectStorage, "", "", "", "")
	case said.status == http.StatusNotFound || said.code == "ContainerBeingDeleted":
		return tell(handover.FaultNotFound, fmt.Sprintf("%s has no container %q", c.service, c.name),
			"Create it; account and container cannot be changed in a store that is there.")
	// Azurite has another code for a wrong key than Azure, and the same words.
	case said.status == http.StatusUnauthorized, said.code == "InvalidAuthenticationInfo", said.code == "AuthenticationFailed",
		strings.Contains(said.words, "failed to authenticate"):
		return tell(handover.FaultCredentialsRefused, fmt.Sprintf("%s does not take the credentials in %s", c.service, c.origin),
			"Put the right ones there; they are taken up by themselves.")
	case said.status == http.StatusForbidden:
		what := fmt.Sprintf("%s does not let the credentials in %s list container %q", c.service, c.origin, c.name)
		return tell(handover.FaultAccessDenied, what,
			"Give them the role Storage Blob Data Contributor; the account's firewall must let the pods in.")
	default:
		what := fmt.Sprintf("%s does not answer as a blob service does when container %q is listed", c.service, c.name)
		return tell(handover.FaultUnfit, what,
			"See whether spec.storage.azure.serviceURL leads to the right server, port and account.")
	}
}
