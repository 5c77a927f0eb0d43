package version

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// zotTag is a complete version: one that names a single release. v2 and v2.1 are no versions but tags that move.
var zotTag = regexp.MustCompile(`^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]+))?$`)

// Zot is a version of zot.
type Zot struct {
	Major, Minor, Patch int
	// Pre is what follows the first dash, such as rc1. Feature gates ignore it: a release candidate has the features of its
	// release.
	Pre string
}

// ZotVersion reads the version from the tag of a zot image. It is not ok when the tag names no single release, as latest,
// v2.1 or the tag of a build of somebody's own; then nothing is known about the version.
func ZotVersion(tag string) (Zot, bool) {
	m := zotTag.FindStringSubmatch(tag)
	if m == nil {
		return Zot{}, false
	}
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(m[i+1])
		if err != nil {
			return Zot{}, false
		}
		n[i] = v
	}
	return Zot{Major: n[0], Minor: n[1], Patch: n[2], Pre: m[4]}, true
}

// AtLeast says whether v is other or newer, without regard to what follows the dash.
func (v Zot) AtLeast(other Zot) bool {
	return cmp.Or(cmp.Compare(v.Major, other.Major), cmp.Compare(v.Minor, other.Minor), cmp.Compare(v.Patch, other.Patch)) >= 0
}

// String is the version as zot's own tags write it.
func (v Zot) String() string {
	s := fmt.Sprintf("v%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		s += "-" + v.Pre
	}
	return s
}
