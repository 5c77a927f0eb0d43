package backends

import (
	"testing"

	"github.com/zot-artifact-store/operator/test/pod"
)

func TestMain(m *testing.M) { pod.Main(m.Run) }
