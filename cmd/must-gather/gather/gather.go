package gather

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// Options say what is collected, and to where.
type Options struct {
	Config *rest.Config
	Folder string
	// Since leaves out what logs have from before; zero leaves out nothing.
	Since time.Time
	// Out is told what is done, in a few lines.
	Out io.Writer
	// LogLimit is how many bytes of a log are kept, its end; zero is 8 MiB.
	LogLimit int
}

// logLimit keeps some ten thousand lines. A log is in memory, several times.
const logLimit = 8 << 20

// collection is one that is under way.
type collection struct {
	Options

	*folder

	cluster *cluster
}

// Run collects. What cannot be read is told in a file and is no error; that nothing can be read, or written, is one.
func Run(ctx context.Context, options Options) error {
	if options.LogLimit == 0 {
		options.LogLimit = logLimit
	}
	asked, err := newCluster(options.Config)
	if err != nil {
		return err
	}
	into, err := openFolder(options.Folder)
	if err != nil {
		return err
	}
	c := &collection{Options: options, folder: into, cluster: asked}
	if err = c.run(ctx); ctx.Err() != nil {
		err = errors.New("it was ended before all was collected")
		err = errors.Join(err, c.fail("what is not here", err))
	}
	if err = errors.Join(err, c.close()); err != nil {
		return err
	}
	c.say("gathered %d files; %s", len(c.files), c.verdict())
	return nil
}

func (c *collection) say(format string, args ...any) { _, _ = fmt.Fprintf(c.Out, format+"\n", args...) }

func (c *collection) verdict() string {
	if c.failed == 0 {
		return "all could be read"
	}
	return fmt.Sprintf("%d things could not be read, see %s", c.failed, errorsFile)
}

func (c *collection) run(ctx context.Context) error {
	// The form is that of every image for must-gather.
	err := c.write(versionFile, []byte(olmPackage+"/must-gather\n"+version.Version+"\n"), "")
	if err != nil {
		return err
	}
	var server map[string]any
	if err := c.cluster.get(ctx, "/version", nil, &server); err != nil {
		return fmt.Errorf("the API server does not say its version: %w", err)
	}
	if err := c.cluster.discover(ctx); err != nil {
		return fmt.Errorf("the API server does not say what it has: %w", err)
	}
	c.say("the cluster has %v; collecting with version %s", server["gitVersion"], version.Version)
	if err := c.writeYAML("kubernetes-version.yaml", server); err != nil {
		return err
	}
	places, err := c.places(ctx)
	if err != nil {
		return err
	}
	if err := c.collectClusterWide(ctx); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		if err := c.collectNamespace(ctx, name, places[name]); err != nil {
			return err
		}
	}
	return nil
}

// places finds the namespaces of stores and of operators, which are true. An operator is found by its pods, too, should somebody have given
// its Deployment other labels.
func (c *collection) places(ctx context.Context) (map[string]bool, error) {
	found := map[string]bool{}
	all, err := c.list(ctx, stores, "", "")
	if err != nil {
		return nil, err
	}
	for _, store := range all.Items {
		found[store.GetNamespace()] = false
	}
	for _, of := range []kind{deployments, pods} {
		operators, err := c.list(ctx, of, "", selectorOf(labels.Operator()))
		if err != nil {
			return nil, err
		}
		for _, one := range operators.Items {
			found[one.GetNamespace()] = true
		}
	}
	if len(found) == 0 {
		err = c.fail("namespaces", errors.New("no store and no operator is found, or they may not be listed"))
	}
	return found, err
}

// list reads objects. Where they cannot be read that is noted, and there are none; an error is one that ends it all.
func (c *collection) list(ctx context.Context, of kind, namespace, selector string) (*unstructured.UnstructuredList, error) {
	list, err := c.cluster.list(ctx, of, namespace, selector)
	if err != nil {
		err = c.unread(ctx, strings.TrimSuffix(of.resource+"."+of.group, ".")+" of "+orAll(namespace), err)
	}
	if list == nil {
		list = &unstructured.UnstructuredList{}
	}
	return list, err
}

// one reads an object. It is nil where there is none of that name, or where it cannot be read, which is noted.
func (c *collection) one(ctx context.Context, of kind, namespace, name string) (object *unstructured.Unstructured, err error) {
	if object, err = c.cluster.object(ctx, of, namespace, name); err != nil {
		err = c.unread(ctx, strings.TrimPrefix(of.resource+" "+namespace+"/"+name, "/"), err)
	}
	return object, err
}

// unread notes what cannot be read, unless all has ended.
func (c *collection) unread(ctx context.Context, what string, why error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return c.fail(what, why)
}

func orAll(namespace string) string {
	if namespace == "" {
		return "the cluster"
	}
	return "namespace " + namespace
}

// kept reads what a rule is about, without what should not be sent.
func (c *collection) kept(ctx context.Context, one rule, namespace string) (*unstructured.UnstructuredList, error) {
	list, err := c.list(ctx, one.kind, namespace, "")
	if err != nil {
		return nil, err
	}
	list.Items = slices.DeleteFunc(list.Items, func(o unstructured.Unstructured) bool { return one.keep != nil && !one.keep(&o) })
	for i := range list.Items {
		if one.kind == plans {
			dropManifests(&list.Items[i])
		}
		clean(&list.Items[i])
	}
	return list, nil
}

func (c *collection) collectClusterWide(ctx context.Context) error {
	said := counts{}
	for _, one := range clusterWide {
		list, err := c.kept(ctx, one, "")
		if err != nil {
			return err
		}
		for _, object := range list.Items {
			if err := c.writeYAML(clusterFile(one.kind, object.GetName()), object.Object); err != nil {
				return err
			}
		}
		said.add(one.resource, len(list.Items))
	}
	c.say("the cluster: %s", said)
	return nil
}

func clusterFile(of kind, name string) string {
	return path.Join("cluster-scoped-resources", folderOf(of.group), of.resource, name+".yaml")
}

// folderOf is what `oc adm inspect` calls a group.
func folderOf(group string) string {
	if group == "" {
		return "core"
	}
	return group
}

func (c *collection) collectNamespace(ctx context.Context, namespace string, operators bool) error {
	said := counts{}
	base := path.Join("namespaces", namespace)
	itself, err := c.one(ctx, namespaces, "", namespace)
	if err == nil && itself != nil {
		clean(itself)
		err = c.writeYAML(path.Join(base, namespace+".yaml"), itself.Object)
	}
	if err != nil {
		return err
	}
	rules := namespaced
	if operators {
		rules = slices.Concat(namespaced, ofOperators)
	}
	collected := map[kind][]unstructured.Unstructured{}
	for _, one := range rules {
		list, err := c.kept(ctx, one, namespace)
		if err != nil {
			return err
		}
		if len(list.Items) == 0 {
			continue
		}
		collected[one.kind] = list.Items
		said.add(one.resource, len(list.Items))
		if err := c.writeYAML(path.Join(base, folderOf(one.group), one.resource+".yaml"), list.UnstructuredContent()); err != nil {
			return err
		}
	}
	for _, collect := range []func(context.Context, string, map[kind][]unstructured.Unstructured, *counts) error{
		c.collectLogs, c.collectSecrets, c.collectVolumes,
	} {
		if err := collect(ctx, namespace, collected, &said); err != nil {
			return err
		}
	}
	c.say("namespace %s: %s", namespace, said)
	return nil
}

// counts is what there was, in the order in which it was read.
type counts []string

func (s *counts) add(what string, number int) {
	if number > 0 {
		*s = append(*s, fmt.Sprintf("%d %s", number, what))
	}
}

// String joins them.
func (s counts) String() string {
	if len(s) == 0 {
		return "nothing"
	}
	return strings.Join(s, ", ")
}
