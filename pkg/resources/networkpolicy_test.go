package resources_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

const (
	dnsPort       = "any UDP 53, any TCP 53, any UDP 5353, any TCP 5353"
	amazon        = "169.254.169.254/32 TCP 80, 169.254.170.23/32 TCP 80, fd00:ec2::23/128 TCP 80, fd00:ec2::254/128 TCP 80"
	https         = "any TCP 443"
	everyPod      = "pods TCP"
	googleIsThere = "169.254.169.252/32 TCP 988, 169.254.169.254/32 TCP 80"
)

// What a store connects to, as the NetworkPolicy lets it out.
func TestEgress(t *testing.T) {
	s3 := func(endpoint, secret string) *v1alpha1.StorageSpec {
		return &v1alpha1.StorageSpec{Type: v1alpha1.StorageS3, S3: &v1alpha1.S3StorageSpec{
			Endpoint: endpoint, Region: "eu-west-1", Bucket: "artifacts", AccessKeySecret: secret, SecretKeySecret: secret,
		}}
	}
	cached := func(storage *v1alpha1.StorageSpec, cache v1alpha1.CacheSpec) *v1alpha1.StorageSpec {
		storage.Cache = &cache
		return storage
	}
	redis := func(address string) v1alpha1.CacheSpec {
		return v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{Address: address, CredentialsSecret: "redis"}}
	}
	dynamo := func(endpoint, secret string) v1alpha1.CacheSpec {
		return v1alpha1.CacheSpec{Type: v1alpha1.CacheDynamoDB, DynamoDB: &v1alpha1.DynamoDBCacheSpec{
			Region: "eu-west-1", Endpoint: endpoint, CredentialsSecret: secret,
		}}
	}
	azure := func(secret string) *v1alpha1.StorageSpec {
		return &v1alpha1.StorageSpec{Type: v1alpha1.StorageAzure, Azure: &v1alpha1.AzureStorageSpec{
			AccountName: "account", Container: "artifacts", CredentialsSecret: secret,
		}}
	}
	google := func(secret string) *v1alpha1.StorageSpec {
		return &v1alpha1.StorageSpec{
			Type: v1alpha1.StorageGCP, GCP: &v1alpha1.GCPStorageSpec{Bucket: "artifacts", CredentialsSecret: secret},
		}
	}
	signIn := func(url string) *v1alpha1.ExtensionsSpec {
		return &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{Keycloak: &v1alpha1.KeycloakSpec{URL: url}}}
	}
	proxy := &v1alpha1.NetworkingSpec{NetworkPolicy: &v1alpha1.NetworkPolicySpec{EgressPorts: []int32{3128, 443}}}
	for name, tc := range map[string]struct {
		spec v1alpha1.ZotArtifactStoreSpec
		want string
	}{
		"a volume":                         {v1alpha1.ZotArtifactStoreSpec{}, ""},
		"and more":                         {v1alpha1.ZotArtifactStoreSpec{Networking: proxy}, https + ", any TCP 3128"},
		"Amazon's S3":                      {v1alpha1.ZotArtifactStoreSpec{Storage: s3("", "keys")}, https},
		"S3 by its host":                   {v1alpha1.ZotArtifactStoreSpec{Storage: s3("s3.example.com:9000", "keys")}, "any TCP 9000"},
		"S3 by http":                       {v1alpha1.ZotArtifactStoreSpec{Storage: s3("http://minio.storage.example.com", "keys")}, "any TCP 80"},
		"S3 by identity":                   {v1alpha1.ZotArtifactStoreSpec{Storage: s3("", "")}, https + ", " + amazon},
		"S3 by identity, at another port":  {v1alpha1.ZotArtifactStoreSpec{Storage: s3("https://[fd00::1]:9000", "")}, https + ", any TCP 9000, " + amazon},
		"Azure":                            {v1alpha1.ZotArtifactStoreSpec{Storage: azure("keys")}, https},
		"Azure by identity":                {v1alpha1.ZotArtifactStoreSpec{Storage: azure("")}, https + ", 169.254.169.254/32 TCP 80"},
		"Google":                           {v1alpha1.ZotArtifactStoreSpec{Storage: google("keys")}, https},
		"Google by identity":               {v1alpha1.ZotArtifactStoreSpec{Storage: google("")}, https + ", " + googleIsThere},
		"redis":                            {v1alpha1.ZotArtifactStoreSpec{Storage: cached(s3("", "keys"), redis("redis.example.com:6380"))}, https + ", any TCP 6380"},
		"Keycloak behind a Service":        {v1alpha1.ZotArtifactStoreSpec{Extensions: signIn("https://keycloak.sso.svc:8443")}, "any TCP 8443, " + everyPod},
		"S3 behind a Service":              {v1alpha1.ZotArtifactStoreSpec{Storage: s3("http://minio.storage.svc.cluster.local:9000", "keys")}, "any TCP 9000, " + everyPod},
		"S3 and redis behind Services":     {v1alpha1.ZotArtifactStoreSpec{Storage: cached(s3("minio", "keys"), redis("redis.cache:443"))}, https + ", " + everyPod},
		"redis that only its Secret knows": {v1alpha1.ZotArtifactStoreSpec{Storage: cached(s3("", ""), redis(""))}, "any TCP"},
		"DynamoDB with the keys of S3":     {v1alpha1.ZotArtifactStoreSpec{Storage: cached(s3("", "keys"), dynamo("", ""))}, https},
		"DynamoDB with keys of its own":    {v1alpha1.ZotArtifactStoreSpec{Storage: cached(azure("keys"), dynamo("", "keys"))}, https},
		"DynamoDB by identity": {
			v1alpha1.ZotArtifactStoreSpec{Storage: cached(azure("keys"), dynamo("http://dynamo.example.com:8000", ""))}, https + ", any TCP 8000, " + amazon,
		},
		"Keycloak":             {v1alpha1.ZotArtifactStoreSpec{Extensions: signIn("https://sso.example.com/auth")}, https},
		"Keycloak at its port": {v1alpha1.ZotArtifactStoreSpec{Extensions: signIn("http://sso.example.com:8080")}, "any TCP 8080"},
		"Keycloak that is off": {v1alpha1.ZotArtifactStoreSpec{Extensions: &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{Enabled: new(false)}}}, ""},
	} {
		in := resources.Input{Name: "store", Namespace: "team-a", Spec: defaults.Effective(tc.spec, defaults.Upstream())}
		want := dnsPort
		if tc.want != "" {
			want += ", " + tc.want
		}
		if diff := cmp.Diff(want, outward(t, policyOf(t, in, ""))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func policyOf(t *testing.T, in resources.Input, operator string) networkingv1.NetworkPolicy {
	t.Helper()
	var policy networkingv1.NetworkPolicy
	object := generic(t, resources.NetworkPolicy(in, operator)).Object
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, &policy); err != nil {
		t.Fatal(err)
	}
	return policy
}

// outward says whereto the policy lets out.
func outward(t *testing.T, policy networkingv1.NetworkPolicy) string {
	t.Helper()
	var out string
	for _, rule := range policy.Spec.Egress {
		if len(rule.Ports) == 0 {
			t.Error("a rule opens every port")
		}
		to := "any"
		switch {
		case len(rule.To) == 1 && rule.To[0].IPBlock != nil:
			to = rule.To[0].IPBlock.CIDR
		case len(rule.To) == 1 && rule.To[0].NamespaceSelector != nil && rule.To[0].PodSelector == nil:
			to = "pods"
		case len(rule.To) > 0:
			t.Errorf("a rule leads to %+v", rule.To)
		}
		for _, port := range rule.Ports {
			if out != "" {
				out += ", "
			}
			out += to + " " + string(*port.Protocol)
			if port.Port != nil {
				out += " " + port.Port.String()
			}
		}
	}
	return out
}

// Whoever reaches the pods may ask the registry. What the agents tell is for the operator.
func TestIngressOfNetworkPolicy(t *testing.T) {
	in := input(func(s *v1alpha1.ZotArtifactStoreSpec) { s.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(5000))} })
	policy := policyOf(t, in, "operators")
	if diff := cmp.Diff(labels.Selector(in.Name), policy.Spec.PodSelector.MatchLabels); diff != "" {
		t.Errorf("it is for other pods: %s", diff)
	}
	registry, agents := policy.Spec.Ingress[0], policy.Spec.Ingress[1]
	if len(registry.From) != 0 || len(registry.Ports) != 1 || registry.Ports[0].Port.IntValue() != 5000 {
		t.Errorf("the registry: %+v", registry)
	}
	if len(agents.From) != 1 || len(agents.Ports) != 1 || agents.Ports[0].Port.IntValue() != 8079 {
		t.Fatalf("the agents: %+v", agents)
	}
	if got := agents.From[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]; got != "operators" {
		t.Errorf("pods of namespace %q are let in", got)
	}
}

// The operator's pods are those of its installation.
func TestOperatorIsFoundByItsLabels(t *testing.T) {
	manifest, err := os.ReadFile(filepath.Join("..", "..", "config", "manager", "deployment.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var deployment appsv1.Deployment
	if err := yaml.UnmarshalStrict(manifest, &deployment); err != nil {
		t.Fatal(err)
	}
	for key, value := range labels.Operator() {
		if got := deployment.Spec.Template.Labels[key]; got != value {
			t.Errorf("label %s of its pods is %q, and looked for is %q", key, got, value)
		}
	}
}

// Members reach each other at their own port, and nobody else by that rule.
func TestNetworkPolicyOfMembers(t *testing.T) {
	c := fixtures.Load(t, "replicas")
	policy := policyOf(t, resources.Input{Name: "replicas", Namespace: "team-a", Spec: c.Spec}, "")
	rule := policy.Spec.Egress[len(policy.Spec.Egress)-1]
	if len(rule.To) != 1 || len(rule.Ports) != 2 {
		t.Fatalf("the last rule is %+v", rule)
	}
	to := rule.To[0]
	if to.NamespaceSelector != nil || !maps.Equal(to.PodSelector.MatchLabels, labels.Selector("replicas")) || rule.Ports[0].Port.IntValue() != 8080 ||
		rule.Ports[1].Port.IntValue() != 8079 {
		t.Errorf("the rule leads to %+v at %+v", to, rule.Ports)
	}
	agents := policy.Spec.Ingress[1]
	if len(agents.From) != 2 || !maps.Equal(agents.From[1].PodSelector.MatchLabels, labels.Selector("replicas")) {
		t.Errorf("agents are asked by %+v", agents.From)
	}
}
