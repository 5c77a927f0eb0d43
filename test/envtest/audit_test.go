package envtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/gomega"
)

const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
omitManagedFields: true
rules:
  - level: Metadata
`

// auditLog reads what the API server writes about the requests that it has answered.
type auditLog struct{ path, policy string }

func newAuditLog(folder string) *auditLog {
	log := &auditLog{path: filepath.Join(folder, "audit.log"), policy: filepath.Join(folder, "policy.yaml")}
	Expect(os.WriteFile(log.policy, []byte(auditPolicy), 0o600)).To(Succeed())
	return log
}

// request is one line of the log, as far as the tests look at it.
type request struct {
	Stage      string
	RequestURI string
	Verb       string
	UserAgent  string
	User       struct{ Username string }
	ObjectRef  *struct{ Resource, Subresource, Namespace, Name, APIGroup string }
	Response   struct {
		Code    int
		Message string
	} `json:"responseStatus"`
}

func (r request) String() string {
	return fmt.Sprintf("%s %s (%d)", r.Verb, r.RequestURI, r.Response.Code)
}

// kind is what a figure is given for: verb and resource, and the answer where it was no success.
func (r request) kind() string {
	if r.ObjectRef == nil {
		return r.Verb + " (discovery)"
	}
	kind := r.Verb + " " + r.ObjectRef.Resource
	if r.ObjectRef.Subresource != "" {
		kind += "/" + r.ObjectRef.Subresource
	}
	if r.Response.Code >= 400 {
		kind += fmt.Sprintf(" (%d)", r.Response.Code)
	}
	return kind
}

// leading is true for what leaders do to become and stay leaders: their lease and its events, in the operator's own namespace.
func (r request) leading() bool {
	return r.ObjectRef != nil && r.ObjectRef.Namespace == operatorNamespace
}

// watch is true for what fills and keeps caches.
func (r request) watch() bool {
	return r.Verb == "watch" || r.Verb == "list" || r.ObjectRef == nil
}

// mark is a place in the log.
type mark int64

// mark is the end of the log.
func (a *auditLog) mark() mark {
	info, err := os.Stat(a.path)
	Expect(err).NotTo(HaveOccurred())
	return mark(info.Size())
}

// operator gives the operator's requests since the mark, other than those for its lease and of those only what keep accepts.
func (a *auditLog) operator(since mark, keep ...func(request) bool) []request {
	file, err := os.Open(a.path)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = file.Close() }()
	_, err = file.Seek(int64(since), io.SeekStart)
	Expect(err).NotTo(HaveOccurred())

	var out []request
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			break // A line without its end is still being written.
		}
		var r request
		Expect(json.NewDecoder(bytes.NewReader(line)).Decode(&r)).To(Succeed(), string(line))
		if r.User.Username != operatorUser || r.Stage != "ResponseComplete" || r.leading() {
			continue
		}
		if !slices.ContainsFunc(keep, func(accepts func(request) bool) bool { return !accepts(r) }) {
			out = append(out, r)
		}
	}
	return out
}

// acting accepts requests that a cache does not explain: a read of one object, or a write.
func acting(r request) bool { return !r.watch() }

// refused accepts requests for which the operator lacked a permission. That nothing is made in a namespace on its way out is
// told by the same code.
func refused(r request) bool {
	return r.Response.Code == 401 || r.Response.Code == 403 && !strings.Contains(r.Response.Message, "because it is being terminated")
}

// deletesClaim accepts what the operator never does. Its role lets it, as OpenShift's admission asks for that permission of who gives
// a claim an owner or takes it away.
func deletesClaim(r request) bool {
	return r.Verb == "delete" && r.ObjectRef != nil && r.ObjectRef.Resource == "persistentvolumeclaims"
}

// refusedStatus accepts a status that is invalid by our own schema.
func refusedStatus(r request) bool {
	return r.Response.Code == 422 && r.ObjectRef != nil && r.ObjectRef.Subresource == "status"
}

// table counts requests by verb and resource.
func table(requests []request) string {
	counts, total := map[string]int{}, 0
	for _, r := range requests {
		counts[r.kind()]++
		total++
	}
	kinds := make([]string, 0, len(counts))
	for kind := range counts {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	var out strings.Builder
	for _, kind := range kinds {
		fmt.Fprintf(&out, "%4d %s\n", counts[kind], kind)
	}
	fmt.Fprintf(&out, "%4d in all\n", total)
	return out.String()
}
