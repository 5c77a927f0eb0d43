package serve_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/tests/integration"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/serve"
)

// suiteEnv turns the suite on: it takes some two minutes.
const suiteEnv = "S3_SUITE"

// TestSuite lets versitygw's own functional tests judge the gateway with its volume and its limit. They want accounts beside the root keys,
// and versitygw's program to make them.
func TestSuite(t *testing.T) {
	if os.Getenv(suiteEnv) == "" {
		t.Skipf("versitygw's own tests against the gateway: they run in `make test-full`, or with %s=1", suiteEnv)
	}
	t.Setenv("AWS_CA_BUNDLE", "") // that of the machine is not for a client that the suite makes
	program := filepath.Join(t.TempDir(), "versitygw")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/versity/versitygw/cmd/versitygw").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	users := must[auth.IAMService](t)(auth.NewInternal(auth.Account{Access: rootAccess, Secret: rootSecret, Role: auth.RoleAdmin}, t.TempDir()))
	g := start(t, t.TempDir(), func(options *serve.Options) {
		options.Config.MaxUploadSize = 6 << 30 // above what S3 takes in one piece, which the suite tries
		options.Users = users
	})
	// The suite calls it here, and versitygw has made the volume the working directory of the process.
	if err := os.Symlink(program, "versitygw"); err != nil {
		t.Fatal(err)
	}
	conf := integration.NewS3Conf(integration.WithAccess(rootAccess), integration.WithSecret(rootSecret), integration.WithRegion("us-east-1"),
		integration.WithEndpoint("http://"+g.address), integration.WithIAMEndpoint("http://"+g.address), integration.WithSidecarMode(),
		integration.WithVersioningEnabled())
	state := integration.NewTestState(context.Background(), conf, true)
	integration.TestFullFlow(state)
	state.Wait()
	ran, failed := integration.RunCount.Load(), integration.FailCount.Load()
	t.Logf("ran %d, passed %d, failed %d, skipped %d", ran, integration.PassCount.Load(), failed, integration.SkipCount.Load())
	if failed > 0 || ran < 700 {
		t.Errorf("%d of %d tests failed: lines with FAIL above", failed, ran)
	}
}
