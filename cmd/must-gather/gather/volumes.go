package gather

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// collectVolumes reads the volumes behind the claims of our pods, and behind claims that are ours and that no pod uses.
func (c *collection) collectVolumes(ctx context.Context, _ string, found map[kind][]unstructured.Unstructured, said *counts) error {
	used := map[string]bool{}
	for _, pod := range found[pods] {
		mounted, _, _ := unstructured.NestedSlice(pod.Object, "spec", "volumes")
		for _, one := range mounted {
			volume, _ := one.(map[string]any)
			claim, _, _ := unstructured.NestedString(volume, "persistentVolumeClaim", "claimName")
			used[claim] = true
		}
	}
	number := 0
	for _, claim := range found[claims] {
		name, _, _ := unstructured.NestedString(claim.Object, "spec", "volumeName")
		if name == "" || !used[claim.GetName()] && !isOurs(&claim) {
			continue
		}
		volume, err := c.one(ctx, volumes, "", name)
		if err == nil && volume != nil {
			clean(volume)
			number++
			err = c.writeYAML(clusterFile(volumes, name), volume.Object)
		}
		if err != nil {
			return err
		}
	}
	said.add("volumes", number)
	return nil
}
