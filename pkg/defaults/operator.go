package defaults

import (
	"regexp"

	"github.com/zot-artifact-store/operator/pkg/version"
)

// ImageRef is an image by repository and tag, and by its digest where that is known.
type ImageRef struct {
	Repository string
	Tag        string
	Digest     string
}

var digestGrammar = regexp.MustCompile(`^sha256:[a-f0-9]{64}$`)

// IsDigest says whether a text is a digest of an image, of the only algorithm that registries commonly serve.
func IsDigest(text string) bool { return digestGrammar.MatchString(text) }

// ClusterDomain is what the names of a cluster's Services end in, unless whoever installed it has decided otherwise.
const ClusterDomain = "cluster.local"

// Operator holds the defaults that differ between installations of the operator: a disconnected cluster, for example, has its
// own copy of the zot image.
type Operator struct {
	// ZotImage is the zot that a store takes when its spec names none.
	ZotImage ImageRef
}

// Upstream is the operator's defaults when its installation says nothing else.
func Upstream() Operator {
	return Operator{ZotImage: ImageRef{Repository: version.OperandRepository, Tag: version.OperandTag}}
}
