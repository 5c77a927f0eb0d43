package backends

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/pod"
)

// world is what a pod reaches by the clouds' own names.
type world struct {
	authority *outside.Authority
	proxy     *outside.Proxy
}

func newWorld(t *testing.T) world {
	t.Helper()
	authority := outside.NewAuthority(t)
	return world{authority: authority, proxy: outside.NewProxy(t, authority)}
}

// around puts a pod into it, with variables by which a cloud tells who the pod is.
func (w world) around(t *testing.T, identity ...string) func(*pod.Pod) {
	t.Helper()
	return func(p *pod.Pod) {
		p.Variables, p.Authorities = append(w.proxy.Environment(), identity...), w.authority.Folder(t)
	}
}

// google starts Google Cloud Storage with a bucket.
func (w world) google(t *testing.T, bucket string) *outside.GCS {
	t.Helper()
	server := outside.NewGCS(t, bucket, w.authority)
	for _, host := range outside.GoogleHosts {
		w.proxy.Lead(host, outside.At(server.Address, true, nil))
	}
	return server
}

// A service account's key: another one than Google knows, one after a rotation, and a bucket that is not there.
func TestGoogle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.google(t, "others")
	s := newStore(t, "storage: {type: gcp, gcp: {bucket: artifacts, credentialsSecret: gcs}}",
		content{"gcs": {"credentials.json": server.KeyFile}}, nil, w.around(t))

	s.finds(handover.SubjectStorage, handover.FaultNotFound, `"artifacts"`, "notFound: Not Found")
	s.fails()
	server.Again("artifacts", server.KeyFile)
	s.finds(handover.SubjectStorage, "")
	s.works()
	begun := s.Starts()

	second := outside.ServiceAccount(t)
	s.Secret("gcs", map[string]string{"credentials.json": second})
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "gcs"`, "invalid_grant", "Invalid JWT Signature")
	s.restarts(begun + 1)
	// Google knows it now, and the one before no more.
	server.Again("artifacts", second)
	s.finds(handover.SubjectStorage, "")
	s.works()
	s.Secret("gcs", map[string]string{"credentials.json": server.KeyFile})
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "gcs"`, "invalid_grant")
	s.Secret("gcs", map[string]string{"credentials.json": second})
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 3)
	s.works()
}

// A pod that is somebody by itself needs no Secret, in each of the clouds.
func TestIdentityOfThePod(t *testing.T) {
	t.Parallel()
	for cloud, storage := range map[string]string{
		"Amazon": "storage: {type: s3, s3: {bucket: artifacts, region: eu-west-1}}",
		"Azure":  "storage: {type: azure, azure: {accountName: account1, container: artifacts}}",
		"Google": "storage: {type: gcp, gcp: {bucket: artifacts}}",
	} {
		t.Run(cloud, func(t *testing.T) {
			w := newWorld(t)
			switch cloud {
			case "Amazon":
				w.amazon(t, "s3.eu-west-1.amazonaws.com", "eu-west-1", "artifacts")
			case "Azure":
				w.azure(t, "account1.blob.core.windows.net", "login.microsoftonline.com")
			case "Google":
				w.google(t, "artifacts")
			}
			s := newStore(t, storage, nil, nil, w.around(t, outside.Identity(t)...))
			s.finds(handover.SubjectStorage, "")
			s.works()
		})
	}
}

// amazon starts an S3 server under a name of Amazon's, with a bucket that is named in the host.
func (w world) amazon(t *testing.T, host, region, bucket string) {
	t.Helper()
	server := outside.NewS3(t, "--region", region, "--virtual-domain", host)
	server.Start(outside.S3Key, outside.S3Secret)
	server.Bucket(bucket)
	to := outside.At(server.Address, false, nil)
	w.proxy.Lead(host, to)
	w.proxy.Lead(bucket+"."+host, to)
}

// azure starts a blob service under a name of Azure's with the container artifacts, and where principals sign in.
func (w world) azure(t *testing.T, host, login string) {
	t.Helper()
	server := outside.NewAzurite(t, "account1", w.authority)
	server.Container("artifacts")
	w.proxy.Lead(host, server.Server())
	w.proxy.Lead(login, outside.Login())
}

// principal is a store of a service principal in one of Azure's clouds.
func principal(t *testing.T, w world, realm, login string) (*store, map[string]string) {
	t.Helper()
	w.azure(t, "account1.blob."+realm, login)
	secret := map[string]string{
		"tenantId": outside.AzureTenant, "clientId": outside.AzureClient, "clientSecret": outside.AzureSecret,
	}
	s := newStore(t, "storage: {type: azure, azure: {accountName: account1, container: artifacts, credentialsSecret: azure, realm: "+
		realm+"}}", content{"azure": secret}, nil, w.around(t))
	s.finds(handover.SubjectStorage, "")
	s.works()
	return s, secret
}

// What is wrong with a service principal is told in the cloud's words, and the right one is taken up.
func TestAzurePrincipal(t *testing.T) {
	t.Parallel()
	s, secret := principal(t, newWorld(t), handover.AzureRealm, "login.microsoftonline.com")
	begun := s.Starts()
	s.Secret("azure", map[string]string{"clientSecret": "another"})
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "azure"`, "invalid_client", "AADSTS7000215")
	s.Secret("azure", map[string]string{"clientSecret": outside.AzureSecret, "tenantId": outside.AzureClient})
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "azure"`, "AADSTS90002", outside.AzureClient)
	s.Secret("azure", secret)
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 3)
	s.works()
}

// It signs in where its cloud has that, and nowhere else.
func TestAzureClouds(t *testing.T) {
	t.Parallel()
	for realm, login := range map[string]string{
		"core.usgovcloudapi.net": "login.microsoftonline.us", "core.chinacloudapi.cn": "login.partner.microsoftonline.cn",
	} {
		t.Run(realm, func(t *testing.T) {
			w := newWorld(t)
			principal(t, w, realm, login)
			if unknown := w.proxy.Unknown(); len(unknown) > 0 {
				t.Errorf("called are %v", unknown)
			}
		})
	}
}

// The metadata of a store in DynamoDB, which has one identity with its bucket.
func TestDynamoDB(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.amazon(t, "s3.eu-west-1.amazonaws.com", "eu-west-1", "artifacts")
	w.proxy.Lead("dynamodb.eu-west-1.amazonaws.com", outside.NewDynamoDB(t))
	s := newStore(t, `
storage:
  type: s3
  s3: {bucket: artifacts, region: eu-west-1, accessKeySecret: s3, secretKeySecret: s3}
  cache: {type: dynamodb, dynamodb: {region: eu-west-1}}
`, content{"s3": keys(outside.S3Key, outside.S3Secret)}, nil, w.around(t))
	s.finds(handover.SubjectStorage, "")
	s.works()
}
