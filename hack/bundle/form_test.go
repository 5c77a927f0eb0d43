package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// A field without words of its own is called by its key, in which abbreviations are words.
func TestTitle(t *testing.T) {
	for key, want := range map[string]string{
		"storageClassName": "Storage class name", "javaDBRepository": "Java DB repository", "destinationCACertificate": "Destination CA certificate",
		"caConfigMapName": "CA config map name", "backendTLS": "Backend TLS", "dnsNames": "DNS names", "serviceURL": "Service URL",
		"publicURLs": "Public URLs", "dbRepository": "DB repository", "ipFamilies": "IP families", "type": "Type",
	} {
		if got := title(key); got != want {
			t.Errorf("%s is called %q, not %q", key, got, want)
		}
	}
}

// Every field of the status has a descriptor with a name and help, none points nowhere, and what the console shows in its own way says so.
func TestStatusDescriptorsAreTheSchemas(t *testing.T) {
	described := map[string]olm.StatusDescriptor{}
	for _, one := range committed(t).CSV.Spec.CustomResourceDefinitions.Owned[0].StatusDescriptors {
		if _, twice := described[one.Path]; twice {
			t.Errorf("status.%s is described twice", one.Path)
		}
		described[one.Path] = one
	}
	known := map[string]bool{}
	visit(loadSchema(t).Properties["status"], "", func(path string, schema apiextensionsv1.JSONSchemaProps) {
		known[path] = true
		one, found := described[path]
		if !found || one.DisplayName == "" || one.Description == "" {
			t.Errorf("status.%s has no descriptor, or one without name or help", path)
		}
		want := []string{"urn:alm:descriptor:text"}
		switch {
		case path == "phase":
			want = []string{"urn:alm:descriptor:io.kubernetes.phase"}
		case path == "conditions":
			want = []string{"urn:alm:descriptor:io.kubernetes.conditions"}
		case path == "externalEndpoint":
			want = []string{"urn:alm:descriptor:org.w3:link"}
		case schema.Type == "object":
			want = nil
		}
		if !slices.Equal(one.XDescriptors, want) {
			t.Errorf("status.%s has %q, not %q", path, one.XDescriptors, want)
		}
	})
	for path := range described {
		if !known[path] {
			t.Errorf("a descriptor points to status.%s, which is not there", path)
		}
	}
}

// pickers are fields that name an object of the namespace or of the cluster, by the ends of their paths.
var pickers = map[string]*regexp.Regexp{
	"urn:alm:descriptor:io.kubernetes:Secret":                regexp.MustCompile(`([sS]ecret|[sS]ecretName|pullSecrets\[0\])$`),
	"urn:alm:descriptor:io.kubernetes:ConfigMap":             regexp.MustCompile(`[cC]onfigMapName$`),
	"urn:alm:descriptor:io.kubernetes:StorageClass":          regexp.MustCompile(`storageClassName$`),
	"urn:alm:descriptor:io.kubernetes:PersistentVolumeClaim": regexp.MustCompile(`existingClaim$`),
}

// Whoever fills in the form picks what there is, and is asked only for the member of a union that the type names.
func TestFormPicksAndAsks(t *testing.T) {
	described := map[string][]string{}
	for _, one := range committed(t).CSV.Spec.CustomResourceDefinitions.Owned[0].SpecDescriptors {
		described[one.Path] = one.XDescriptors
	}
	picked, members := map[string]int{}, 0
	asks := func(path string, union apiextensionsv1.JSONSchemaProps) {
		for _, choice := range union.Properties["type"].Enum {
			value := ""
			if err := json.Unmarshal(choice.Raw, &value); err != nil {
				t.Fatal(err)
			}
			if _, is := union.Properties[value]; !is {
				continue
			}
			members++
			if want := fieldDependency + path + ".type:" + value; !slices.Contains(described[path+"."+value], want) {
				t.Errorf("spec.%s.%s has %q, without %s", path, value, described[path+"."+value], want)
			}
		}
	}
	visit(loadSchema(t).Properties["spec"], "", func(path string, schema apiextensionsv1.JSONSchemaProps) {
		asks(path, schema)
		for picker, names := range pickers {
			if schema.Type != "string" || !names.MatchString(path) {
				continue
			}
			picked[picker]++
			if !slices.Contains(described[path], picker) {
				t.Errorf("spec.%s has %q, without %s", path, described[path], picker)
			}
		}
	})
	if members != 7 {
		t.Errorf("%d members of unions were looked at: the three of storage, the two of its cache, and the two of the S3 API's storage", members)
	}
	if len(picked) != len(pickers) {
		t.Errorf("looked at %v", picked)
	}
	if want := fieldDependency + "extensions.rbac.enabled:true"; !slices.Contains(described["extensions.rbac.keycloak"], want) {
		t.Errorf("the block of Keycloak has %q", described["extensions.rbac.keycloak"])
	}
}
