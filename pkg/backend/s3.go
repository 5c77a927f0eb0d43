package backend

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/s3code"
)

// bucket is what a store on S3 needs: fields of zot's storage.storageDriver.
type bucket struct {
	name, region string
	// address is the URL of the server, without a path.
	address   *url.URL
	pathStyle bool
	keys      aws.Credentials
	// origin tells where the keys come from, empty if there are none.
	origin string
}

// InspectS3 lists a bucket as zot does before it serves anything from it: storage.storageDriver.name s3. Without keys it asks as nobody,
// which shows whether the server is there, and mostly whether the bucket is: the identity of a pod is zot's own matter.
func InspectS3(ctx context.Context, evidence agent.Evidence) *handover.Check {
	driver := driverOf(evidence.Config, "storageDriver")
	if driver["name"] != "s3" {
		return nil
	}
	found, err := bucketOf(driver, evidence)
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The bucket cannot be looked at", err.Error(),
			"If this stays, delete the pod.")
	}
	caller, err := client(evidence)
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The bucket cannot be looked at", err.Error(),
			"If this stays, delete the pod.")
	}
	request, err := found.request(ctx)
	if err != nil {
		return check(handover.SubjectStorage, handover.FaultUnfit, "The bucket cannot be looked at", err.Error(), "Mend spec.storage.s3.")
	}
	said, err := ask(caller, request)
	if err != nil {
		return found.unreached(err)
	}
	return found.judge(said)
}

func driverOf(config map[string]any, kind string) map[string]any {
	storage, _ := config["storage"].(map[string]any)
	driver, _ := storage[kind].(map[string]any)
	return driver
}

// textOf gives the fields of a driver that are text, empty where there is none.
func textOf(driver map[string]any) func(key string) string {
	return func(key string) string {
		value, _ := driver[key].(string)
		return value
	}
}

func bucketOf(driver map[string]any, evidence agent.Evidence) (bucket, error) {
	text := textOf(driver)
	out := bucket{name: text("bucket"), region: text("region")}
	out.pathStyle, _ = driver["forcepathstyle"].(bool)
	address := text("regionendpoint")
	if address == "" {
		// Amazon takes both styles; the path's holds for buckets with dots in their names, too.
		address, out.pathStyle = amazon(out.region), true
	}
	var err error
	if out.address, err = url.Parse(address); err != nil {
		return bucket{}, errors.New("its address is no URL")
	}
	out.keys, err = keysOf(evidence)
	out.origin = origin(evidence.Credentials, handover.KindAWS, handover.KindObjectBucketClaim)
	return out, err
}

func amazon(region string) string {
	domain := "amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		domain = "amazonaws.com.cn"
	}
	return "https://s3." + region + "." + domain
}

// keysOf reads the file that the agent has written for zot, see handover.AWSFile. Without one there are none.
func keysOf(evidence agent.Evidence) (aws.Credentials, error) {
	file, err := os.Open(filepath.Join(evidence.RunDir, handover.AWSFile))
	if errors.Is(err, fs.ErrNotExist) {
		return aws.Credentials{}, nil
	}
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("the keys in place cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	var keys aws.Credentials
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			keys.AccessKeyID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			keys.SecretAccessKey = strings.TrimSpace(value)
		}
	}
	return keys, lines.Err()
}

// emptyHash is the SHA-256 of a request without a body.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func (b bucket) request(ctx context.Context) (*http.Request, error) {
	address := *b.address
	if b.pathStyle {
		address = *address.JoinPath(b.name)
	} else {
		address.Host = b.name + "." + address.Host
		address.Path = "/"
	}
	address.RawQuery = "list-type=2&max-keys=1&prefix=zot%2F"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("its address is no URL")
	}
	if b.origin != "" {
		request.Header.Set("X-Amz-Content-Sha256", emptyHash)
		if err := signer.NewSigner().SignHTTP(ctx, b.keys, request, emptyHash, "s3", b.region, time.Now()); err != nil {
			return nil, errors.New("the request cannot be signed")
		}
	}
	return request, nil
}

func (b bucket) unreached(err error) *handover.Check {
	fault, words := connection(err)
	if fault == handover.FaultNotTrusted {
		return check(handover.SubjectStorage, fault, fmt.Sprintf("The certificate of %s is not trusted", b.address), words,
			"Put its authority into spec.caBundle; a certificate for another name must be made anew.")
	}
	what := fmt.Sprintf("There is no connection to %s, where bucket %q should be", b.address, b.name)
	remedy := "See whether spec.storage.s3.endpoint is right, the server runs, and neither a firewall nor a NetworkPolicy is in the way."
	if errors.Is(err, http.ErrSchemeMismatch) {
		remedy = "The server speaks plain HTTP: write http:// into spec.storage.s3.endpoint, or let the server have a certificate."
	}
	return check(handover.SubjectStorage, fault, what, words, remedy)
}

// wrongClock: the node's, or the server's.
const wrongClock = "RequestTimeTooSkewed"

func (b bucket) judge(said answer) *handover.Check {
	tell := func(fault handover.Fault, what, remedy string) *handover.Check {
		return check(handover.SubjectStorage, fault, what, said.said(), remedy)
	}
	switch {
	case said.status == http.StatusOK && said.root == "ListBucketResult":
		return check(handover.SubjectStorage, "", "", "", "")
	case said.code == "NoSuchBucket" || said.status == http.StatusNotFound && !s3code.WrongKeys(said.code):
		return tell(handover.FaultNotFound, fmt.Sprintf("%s has no bucket %q", b.address, b.name),
			"Create it, or mend the endpoint; its name cannot be changed in a store that is there.")
	case s3code.WrongRegion(said.code):
		return tell(handover.FaultUnfit, fmt.Sprintf("%s does not serve bucket %q in region %q", b.address, b.name, b.region),
			"Write the region of the bucket into spec.storage.s3.region.")
	case b.origin == "" && (said.status == http.StatusForbidden || said.status == http.StatusUnauthorized):
		return check(handover.SubjectStorage, "", "", "", "") // Nobody may not, which is as it should be.
	case s3code.WrongKeys(said.code) || said.status == http.StatusUnauthorized:
		return tell(handover.FaultCredentialsRefused, fmt.Sprintf("%s does not take the keys in %s", b.address, b.origin),
			"Put the right ones there; they are taken up by themselves.")
	case said.status == http.StatusForbidden && said.code != wrongClock:
		return tell(handover.FaultAccessDenied, fmt.Sprintf("%s does not let the keys in %s list bucket %q", b.address, b.origin, b.name),
			"Give them the rights that docs/storage.md lists.")
	default:
		return tell(handover.FaultUnfit, fmt.Sprintf("%s does not answer as an S3 server does when bucket %q is listed", b.address, b.name),
			"See whether spec.storage.s3.endpoint leads to the right server and port.")
	}
}
