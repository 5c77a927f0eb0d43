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
