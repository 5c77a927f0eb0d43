package backends

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/outside"
)

func keys(key, secret string) map[string]string {
	return map[string]string{"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
}

func TestS3(t *testing.T) {
	t.Parallel()
	server := outside.NewS3(t)
	s := newStore(t, `
storage:
  type: s3
  s3:
    endpoint: http://`+server.Address+`
    bucket: artifacts
    accessKeySecret: s3
    secretKeySecret: s3
`, content{"s3": keys(outside.S3Key, outside.S3Secret)}, nil)

	// zot is ready in all of these: what is wrong shows in the agent's words alone.
	s.finds(handover.SubjectStorage, handover.FaultUnreachable, "http://"+server.Address, "connection refused")
	server.Start(outside.S3Key, outside.S3Secret)
	s.finds(handover.SubjectStorage, handover.FaultNotFound, `"artifacts"`, "NoSuchBucket")
	s.ready()
	s.fails()
	server.Bucket("artifacts")
	s.finds(handover.SubjectStorage, "")
	s.works()
	if entries, err := os.ReadDir(filepath.Join(server.Folder("artifacts"), "zot")); err != nil || len(entries) == 0 {
		t.Errorf("nothing of it is below zot/ in the bucket: %v", err)
	}
	begun := s.Starts()

	s.Secret("s3", keys("nobody", outside.S3Secret))
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "s3"`, "InvalidAccessKeyId")
	s.restarts(begun + 1)
	s.Secret("s3", keys(outside.S3Key, "wrong"))
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "s3"`, "SignatureDoesNotMatch")
	server.User("guest", "guest-secret")
	s.Secret("s3", keys("guest", "guest-secret"))
	s.finds(handover.SubjectStorage, handover.FaultAccessDenied, `Secret "s3"`, "AccessDenied")

	// What a rotation is: the server has new keys, and then the Secret has.
	server.Stop()
	server.Start("second-access-key", "second-secret-key")
	s.Secret("s3", keys("second-access-key", "second-secret-key"))
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 4)
	s.works()
}

// A server with a certificate of an authority that nobody else knows: spec.caBundle names it, and what is wrong with it is told.
func TestS3WithPrivateAuthority(t *testing.T) {
	t.Parallel()
	authority, other := outside.NewAuthority(t), outside.NewAuthority(t)
	server := outside.NewS3(t)
	server.Bucket("artifacts")
	serve := func(host string) {
		t.Helper()
		certificate, key := authority.Files(t, host)
		server.Arguments("--cert", certificate, "--key", key)
		server.Start(outside.S3Key, outside.S3Secret)
	}
	serve("127.0.0.1")
	s := newStore(t, `
caBundle: {configMapName: authorities}
storage:
  type: s3
  s3:
    endpoint: https://`+server.Address+`
    bucket: artifacts
    accessKeySecret: s3
    secretKeySecret: s3
`, content{"s3": keys(outside.S3Key, outside.S3Secret)}, content{"authorities": {"ca.crt": other.Certificate}})
	untrusted := func(words string) {
		t.Helper()
		s.finds(handover.SubjectStorage, handover.FaultNotTrusted, "https://"+server.Address, words)
		s.fails()
	}
	untrusted("signed by unknown authority")
	begun := s.Starts()
	server.Stop()
	serve("s3.example.com")
	untrusted("cannot validate certificate for 127.0.0.1")
	s.ConfigMap("authorities", map[string]string{"ca.crt": authority.Certificate})
	s.restarts(begun + 1)
	untrusted("cannot validate certificate for 127.0.0.1")
	server.Stop()
	serve("127.0.0.1")
	s.finds(handover.SubjectStorage, "")
	s.works()
}

// What an ObjectBucketClaim's provisioner leaves in the namespace is all that a store needs: bucket, host, port, region and keys.
func TestObjectBucketClaim(t *testing.T) {
	t.Parallel()
	server := outside.NewS3(t, "--region", "somewhere-1")
	server.Start(outside.S3Key, outside.S3Secret)
	server.Bucket("claimed-0f0f")
	host, port := outside.Split(t, server.Address)
	claim := map[string]string{"BUCKET_NAME": "claimed-0f0f", "BUCKET_HOST": host, "BUCKET_PORT": port, "BUCKET_REGION": "somewhere-1"}
	s := newStore(t, "storage: {type: s3, s3: {objectBucketClaim: claim}}",
		content{"claim": keys(outside.S3Key, outside.S3Secret)}, content{"claim": claim})
	s.finds(handover.SubjectStorage, "")
	s.works()
	if entries, err := os.ReadDir(filepath.Join(server.Folder("claimed-0f0f"), "zot")); err != nil || len(entries) == 0 {
		t.Errorf("nothing of it is in the bucket: %v", err)
	}
	begun := s.Starts()

	s.Secret("claim", keys("nobody", outside.S3Secret))
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `"claim"`, "InvalidAccessKeyId")
	s.Secret("claim", keys(outside.S3Key, outside.S3Secret))
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 2)
	s.works()
}
