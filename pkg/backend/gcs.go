package backend

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// What zot's driver calls: it has no setting for another address.
const (
	gcsAddress   = "https://storage.googleapis.com"
	gcsScope     = "https://www.googleapis.com/auth/devstorage.full_control"
	gcsTokenPath = "https://oauth2.googleapis.com/token"
)

// InspectGCS lists a bucket as zot does before it serves anything from it: storage.storageDriver.name gcs. Without a key file it asks as
// nobody, which shows whether the service answers, and whether the bucket is there.
func InspectGCS(ctx context.Context, evidence agent.Evidence) *handover.Check {
	driver := driverOf(evidence.Config, "storageDriver")
	if driver["name"] != "gcs" {
		return nil
	}
	name, from := textOf(driver)("bucket"), origin(evidence.Credentials, handover.KindGCS)
	caller, err := client(evidence)
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The bucket cannot be looked at", err.Error(),
			"If this stays, delete the pod.")
	}
	token := ""
	if from != "" {
		var refused *handover.Check
		if token, refused = gcsSignIn(ctx, caller, evidence, from); refused != nil {
			return refused
		}
	}
	address := gcsAddress + "/storage/v1/b/" + url.PathEscape(name) + "/o?maxResults=1&prefix=zot%2F"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil // The address is made of constants and an escaped name.
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	said, err := ask(caller, request)
	if err != nil {
		fault, words := connection(err)
		return gcsUnreached(gcsAddress, fault, words)
	}
	return judgeGCS(said, name, from)
}

func gcsUnreached(address string, fault handover.Fault, words string) *handover.Check {
	if fault == handover.FaultNotTrusted {
		return check(handover.SubjectStorage, fault, fmt.Sprintf("The certificate of %s is not trusted", address), words,
			"If a proxy is in the way that looks into TLS, put its authority into spec.caBundle.")
	}
	return check(handover.SubjectStorage, fault, fmt.Sprintf("There is no connection to %s", address), words,
		"See whether a firewall or a NetworkPolicy is in the way.")
}

// keyFile is the part of a service account's key that is needed.
type keyFile struct {
	Type     string `json:"type"`
	Email    string `json:"client_email"`
	KeyID    string `json:"private_key_id"`
	Key      string `json:"private_key"`
	TokenURI string `json:"token_uri"`
}

// lacks says what keeps it from being the key of a service account, empty if nothing does. None of its values is quoted.
func (k keyFile) lacks() string {
	if k.Type != "service_account" {
		return `it is not the key of a service account, with "type": "service_account"`
	}
	var fields []string
	if k.Email == "" {
		fields = append(fields, "client_email")
	}
	if k.Key == "" {
		fields = append(fields, "private_key")
	}
	if len(fields) == 0 {
		return ""
	}
	return "it has no " + strings.Join(fields, " and no ")
}

// gcsSignIn gives the token of a service account. from names the Secret of its key.
func gcsSignIn(ctx context.Context, caller *http.Client, evidence agent.Evidence, from string) (string, *handover.Check) {
	content, err := os.ReadFile(filepath.Join(evidence.RunDir, handover.GCSFile))
	if err != nil {
		return "", check(handover.SubjectStorage, handover.FaultUnfit, "The key file in place cannot be read", innermost(err).Error(),
			"If this stays, delete the pod.")
	}
	what := fmt.Sprintf("Google Cloud does not take the key file in %s", from)
	const remedy = "Put the key of a service account there that is enabled; it is taken up by itself."
	var key keyFile
	if err := json.Unmarshal(content, &key); err != nil {
		return "", check(handover.SubjectStorage, handover.FaultCredentialsRefused, what, "it is not JSON as it should be", remedy)
	}
	if lacks := key.lacks(); lacks != "" {
		return "", check(handover.SubjectStorage, handover.FaultCredentialsRefused, what, lacks, remedy)
	}
	if key.TokenURI == "" {
		key.TokenURI = gcsTokenPath
	}
	assertion, err := key.assertion(time.Now())
	if err != nil {
		return "", check(handover.SubjectStorage, handover.FaultCredentialsRefused, what, "its private key cannot be read", remedy)
	}
	token, fault, words := exchange(ctx, caller, key.TokenURI, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion},
	})
	switch fault {
	case "":
		return token, nil
	case handover.FaultCredentialsRefused:
		return "", check(handover.SubjectStorage, fault, what, words, remedy)
	case handover.FaultUnfit:
		what = fmt.Sprintf("%s does not answer as it should when the key in %s signs in", key.TokenURI, from)
		return "", check(handover.SubjectStorage, fault, what, words, "It is asked again.")
	default:
		return "", gcsUnreached(key.TokenURI, fault, words)
	}
}

// assertion is what a service account says to get a token: a JSON Web Token, signed with its key (RFC 7523).
func (k keyFile) assertion(now time.Time) (string, error) {
	block, _ := pem.Decode([]byte(k.Key))
	if block == nil {
		return "", errors.New("the private key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return "", errors.New("the private key is not PKCS #8")
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return "", errors.New("the private key is not RSA")
	}
	part := func(value map[string]any) string {
		data, _ := json.Marshal(value) // Maps of texts and numbers can always be written.
		return base64.RawURLEncoding.EncodeToString(data)
	}
	signed := part(map[string]any{"alg": "RS256", "typ": "JWT", "kid": k.KeyID}) + "." + part(map[string]any{
		"iss": k.Email, "scope": gcsScope, "aud": k.TokenURI, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("the private key does not sign")
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func judgeGCS(said answer, bucket, from string) *handover.Check {
	tell := func(fault handover.Fault, what, remedy string) *handover.Check {
		return check(handover.SubjectStorage, fault, what, said.said(), remedy)
	}
	switch {
	case said.status == http.StatusOK && said.root == "storage#objects":
		return check(handover.SubjectStorage, "", "", "", "")
	case said.status == http.StatusNotFound:
		return tell(handover.FaultNotFound, fmt.Sprintf("Google Cloud has no bucket %q", bucket),
			"Create it; its name cannot be changed in a store that is there.")
	case from == "" && (said.status == http.StatusForbidden || said.status == http.StatusUnauthorized):
		return check(handover.SubjectStorage, "", "", "", "") // Nobody may not, which is as it should be.
	case said.status == http.StatusUnauthorized:
		return tell(handover.FaultCredentialsRefused, fmt.Sprintf("Google Cloud does not take the key file in %s", from),
			"Put the key of a service account there that is enabled; it is taken up by itself.")
	case said.status == http.StatusForbidden:
		return tell(handover.FaultAccessDenied, fmt.Sprintf("Google Cloud does not let the key in %s list bucket %q", from, bucket),
			"Give its service account the role roles/storage.objectAdmin for the bucket.")
	default:
		return tell(handover.FaultUnfit, fmt.Sprintf("%s does not answer as it should when bucket %q is listed", gcsAddress, bucket),
			"It is asked again.")
	}
}
