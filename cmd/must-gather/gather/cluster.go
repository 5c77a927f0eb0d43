package gather

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

const (
	// page is how many objects come with one answer.
	page = 500
	// patience is how long one answer may take, and one log.
	patience = time.Minute
)

// cluster asks the API server, in the server's own words: no type is compiled in, so that what is written is what is stored, whatever
// version the server has.
type cluster struct {
	client rest.Interface
	// versions are those of a group, from the one that the server prefers. Nil until they are asked for.
	versions map[string][]string
	// resources are those of a version, by its address, once it was asked for.
	resources map[string]map[string]bool
}

func newCluster(config *rest.Config) (*cluster, error) {
	known := runtime.NewScheme()
	metav1.AddToGroupVersion(known, schema.GroupVersion{Version: "v1"})
	config = rest.CopyConfig(config)
	config.NegotiatedSerializer = serializer.NewCodecFactory(known).WithoutConversion()
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeJSON, runtime.ContentTypeJSON
	config.UserAgent = "zot-must-gather"
	config.QPS = -1 // one request after the other is slow enough
	client, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("the configuration of the API's client: %w", err)
	}
	return &cluster{client: client, resources: map[string]map[string]bool{}}, nil
}

// get reads an address of the API into a value.
func (c *cluster) get(ctx context.Context, path string, parameters map[string]string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request := c.client.Get().AbsPath(path)
	for key, value := range parameters {
		request.Param(key, value)
	}
	answer := request.Do(ctx)
	// Raw has an error, too, without what the server says.
	if err := answer.Error(); err != nil {
		return err
	}
	raw, err := answer.Raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// discover finds out which groups the server has.
func (c *cluster) discover(ctx context.Context) error {
	var groups metav1.APIGroupList
	if err := c.get(ctx, "/apis", nil, &groups); err != nil {
		return err
	}
	c.versions = map[string][]string{"": {"v1"}}
	for _, one := range groups.Groups {
		versions := []string{one.PreferredVersion.Version}
		for _, other := range one.Versions {
			if other.Version != versions[0] {
				versions = append(versions, other.Version)
			}
		}
		c.versions[one.Name] = versions
	}
	return nil
}

// address gives where a kind is found, or nothing where the server does not have it. Not every version has every kind of its group: those
// of Operator Lifecycle Manager have few in common.
func (c *cluster) address(ctx context.Context, of kind, namespace string) (string, error) {
	var failed error
	for _, version := range c.versions[of.group] {
		base := "/apis/" + of.group + "/" + version
		if of.group == "" {
			base = "/api/" + version
		}
		found, err := c.has(ctx, base, of.resource)
		if err != nil {
			failed = err
		}
		if !found {
			continue
		}
		if namespace != "" {
			base += "/namespaces/" + namespace
		}
		return base + "/" + of.resource, nil
	}
	return "", failed
}

// has says whether a version of a group has these resources.
func (c *cluster) has(ctx context.Context, version, resource string) (bool, error) {
	if c.resources[version] == nil {
		var list metav1.APIResourceList
		if err := c.get(ctx, version, nil, &list); err != nil {
			return false, fmt.Errorf("asking which kinds %s has: %w", version, err)
		}
		c.resources[version] = map[string]bool{}
		for _, one := range list.APIResources {
			c.resources[version][one.Name] = true
		}
	}
	return c.resources[version][resource], nil
}

// list reads all objects of a kind, of one namespace or of all. It gives nil where the server does not have that kind.
func (c *cluster) list(ctx context.Context, of kind, namespace, selector string) (*unstructured.UnstructuredList, error) {
	address, err := c.address(ctx, of, namespace)
	if address == "" || err != nil {
		return nil, err
	}
	var all *unstructured.UnstructuredList
	parameters := map[string]string{"limit": strconv.Itoa(page)}
	if selector != "" {
		parameters["labelSelector"] = selector
	}
	for {
		part := &unstructured.UnstructuredList{}
		if err := c.get(ctx, address, parameters, part); err != nil {
			return nil, err
		}
		if all == nil {
			all = part
		} else {
			all.Items = append(all.Items, part.Items...)
		}
		if parameters["continue"] = part.GetContinue(); part.GetContinue() == "" {
			return all, nil
		}
	}
}

// object reads one. It gives nil where there is none of that name.
func (c *cluster) object(ctx context.Context, of kind, namespace, name string) (*unstructured.Unstructured, error) {
	address, err := c.address(ctx, of, namespace)
	if address == "" || err != nil {
		return nil, err
	}
	found := &unstructured.Unstructured{}
	err = c.get(ctx, address+"/"+name, nil, found)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// log copies what a container has written.
func (c *cluster) log(ctx context.Context, namespace, pod, container string, previous bool, since time.Time, into io.Writer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request := c.client.Get().AbsPath("/api/v1/namespaces", namespace, "pods", pod, "log").
		Param("container", container).Param("timestamps", "true")
	if previous {
		request.Param("previous", "true")
	}
	if !since.IsZero() {
		request.Param("sinceTime", since.UTC().Format(time.RFC3339))
	}
	content, err := request.Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	_, err = io.Copy(into, content)
	return err
}

// selectorOf writes labels as a selector.
func selectorOf(marks map[string]string) string {
	var parts []string
	for key, value := range marks {
		parts = append(parts, key+"="+value)
	}
	return strings.Join(parts, ",")
}
