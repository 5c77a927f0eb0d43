package gather

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// server answers as an API server does that has these objects, in pages of two.
type server struct {
	t       *testing.T
	objects map[kind][]unstructured.Unstructured
	// versions are those of the kinds that are not of v1.
	versions map[kind]string
	// refused are kinds that may not be read, or groups that do not answer.
	refused map[kind]int
	logs    map[string]string
	asked   []string
}

// start serves the objects of YAML documents. The kinds that no object has are those of a cluster without OpenShift.
func start(t *testing.T, documents string) (*server, *rest.Config) {
	t.Helper()
	s := &server{t: t, objects: map[kind][]unstructured.Unstructured{}, versions: map[kind]string{}, refused: map[kind]int{}, logs: map[string]string{}}
	for _, one := range slices.Concat(namespaced, []rule{{namespaces, nil}, {secrets, nil}, {volumes, nil}}) {
		if !strings.Contains(one.group, "openshift") {
			s.objects[one.kind] = nil
		}
	}
	for document := range strings.SplitSeq(documents, "\n---\n") {
		object := unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		of := kind{object.GroupVersionKind().Group, plural(object.GetKind())}
		s.versions[of] = object.GroupVersionKind().Version
		s.objects[of] = append(s.objects[of], object)
	}
	at := httptest.NewServer(s)
	t.Cleanup(at.Close)
	return s, &rest.Config{Host: at.URL}
}

func plural(kind string) string {
	lower := strings.ToLower(kind)
	switch {
	case strings.HasSuffix(lower, "s"):
		return lower + "es"
	case strings.HasSuffix(lower, "y") && lower != "proxy" || lower == "proxy":
		return strings.TrimSuffix(lower, "y") + "ies"
	}
	return lower + "s"
}

func (s *server) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.t.Error(err)
	}
}

func (s *server) refuse(w http.ResponseWriter, status int, reason metav1.StatusReason, message string) {
	s.answer(w, status, metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure, Reason: reason, Code: int32(status), Message: message,
	})
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.Method != http.MethodGet:
		s.t.Errorf("%s %s: it must change nothing", r.Method, r.URL)
	case r.URL.Path == "/version":
		s.answer(w, http.StatusOK, map[string]string{"gitVersion": "v1.37.2"})
		return
	case r.URL.Path == "/apis":
		s.groups(w)
		return
	case parts[len(parts)-1] == "log":
		s.log(w, r, parts)
		return
	case parts[0] == "api" && len(parts) == 2:
		s.kinds(w, "", "v1")
		return
	case parts[0] == "api":
		s.serve(w, r, "", "v1", parts[2:])
		return
	case len(parts) == 3:
		s.kinds(w, parts[1], parts[2])
		return
	default:
		s.serve(w, r, parts[1], parts[2], parts[3:])
		return
	}
}

func (s *server) version(of kind) string { return cmp.Or(s.versions[of], "v1") }

// groups prefers v2, and then v1, as servers do.
func (s *server) groups(w http.ResponseWriter) {
	versions := map[string][]string{}
	for of := range s.objects {
		if version := s.version(of); of.group != "" && !slices.Contains(versions[of.group], version) {
			versions[of.group] = append(versions[of.group], version)
		}
	}
	list := metav1.APIGroupList{}
	for name, all := range versions {
		slices.SortFunc(all, version.CompareKubeAwareVersionStrings)
		slices.Reverse(all)
		one := metav1.APIGroup{Name: name}
		for _, version := range all {
			one.Versions = append(one.Versions, metav1.GroupVersionForDiscovery{GroupVersion: name + "/" + version, Version: version})
		}
		one.PreferredVersion = one.Versions[0]
		list.Groups = append(list.Groups, one)
	}
	s.answer(w, http.StatusOK, list)
}

func (s *server) kinds(w http.ResponseWriter, group, version string) {
	if status := s.refused[kind{group, ""}]; status != 0 {
		s.refuse(w, status, metav1.StatusReasonServiceUnavailable, "the group is away")
		return
	}
	list := metav1.APIResourceList{}
	for of := range s.objects {
		if of.group == group && s.version(of) == version {
			list.APIResources = append(list.APIResources, metav1.APIResource{Name: of.resource})
		}
	}
	s.answer(w, http.StatusOK, list)
}

func (s *server) serve(w http.ResponseWriter, r *http.Request, group, version string, parts []string) {
	namespace := ""
	if parts[0] == "namespaces" && len(parts) > 2 {
		namespace, parts = parts[1], parts[2:]
	}
	of := kind{group, parts[0]}
	if s.version(of) != version {
		s.t.Errorf("%s: %s is of version %s", r.URL.Path, of.resource, s.version(of))
	}
	if status := s.refused[of]; status != 0 {
		s.refuse(w, status, metav1.StatusReasonForbidden, of.resource+" is forbidden: by http://me:plantedMessage@here")
		return
	}
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		s.t.Error(err)
	}
	found := []any{}
	for _, object := range s.objects[of] {
		switch {
		case namespace != "" && object.GetNamespace() != namespace:
		case len(parts) > 1 && object.GetName() == parts[1]:
			s.answer(w, http.StatusOK, object.Object)
			return
		case selector.Matches(labels.Set(object.GetLabels())):
			found = append(found, object.Object)
		}
	}
	if len(parts) > 1 {
		s.refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, path.Join(parts...)+" not found")
		return
	}
	const size = 2
	begin, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	further := map[string]any{}
	if begin+size < len(found) {
		further["continue"] = strconv.Itoa(begin + size)
	}
	s.answer(w, http.StatusOK, map[string]any{
		"apiVersion": "v1", "kind": "List", "metadata": further, "items": found[begin:min(begin+size, len(found))],
	})
}

func (s *server) log(w http.ResponseWriter, r *http.Request, parts []string) {
	query := r.URL.Query()
	key := strings.Join([]string{parts[3], parts[5], query.Get("container"), query.Get("previous"), query.Get("sinceTime")}, " ")
	text, found := s.logs[strings.TrimSpace(key)]
	if !found {
		s.refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, "no log of "+key)
		return
	}
	_, _ = w.Write([]byte(text))
}
