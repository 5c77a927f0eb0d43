package gather

import (
	"bytes"
	"context"
	"fmt"
	"path"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// collectLogs reads what the containers of our pods have written, and before their last start.
func (c *collection) collectLogs(ctx context.Context, namespace string, found map[kind][]unstructured.Unstructured, said *counts) error {
	number := 0
	for _, pod := range found[pods] {
		for _, one := range containersOf(pod) {
			for _, previous := range []bool{false, true} {
				if previous && !one.restarted || !previous && !one.started {
					continue
				}
				if err := c.collectLog(ctx, namespace, pod.GetName(), one.name, previous); err != nil {
					return err
				}
				number++
			}
		}
	}
	said.add("logs", number)
	return nil
}

// container is one of a pod, as its status tells.
type container struct {
	name               string
	started, restarted bool
}

func containersOf(pod unstructured.Unstructured) []container {
	var out []container
	for _, field := range []string{"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"} {
		statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", field)
		for _, one := range statuses {
			status, _ := one.(map[string]any)
			name, _ := status["name"].(string)
			_, running, _ := unstructured.NestedMap(status, "state", "running")
			_, ended, _ := unstructured.NestedMap(status, "state", "terminated")
			_, before, _ := unstructured.NestedMap(status, "lastState", "terminated")
			if name != "" {
				// One that waits for its next start has the log of its last one.
				out = append(out, container{name: name, started: running || ended || before, restarted: before})
			}
		}
	}
	return out
}

func (c *collection) collectLog(ctx context.Context, namespace, pod, container string, previous bool) error {
	name := "current"
	if previous {
		name = "previous"
	}
	kept := &end{limit: c.LogLimit}
	if err := c.cluster.log(ctx, namespace, pod, container, previous, c.Since, kept); err != nil {
		what := fmt.Sprintf("the %s log of container %s of pod %s/%s", name, container, namespace, pod)
		// What came before it broke off is better than nothing.
		if err := c.unread(ctx, what, err); err != nil || len(kept.content) == 0 {
			return err
		}
	}
	content, left := kept.finish()
	remark := ""
	if left > 0 {
		remark = fmt.Sprintf("(the end of it: %d bytes before are left out)", left)
	}
	return c.write(path.Join("namespaces", namespace, "pods", pod, container, container, "logs", name+".log"),
		[]byte(cleanText(string(content))), remark)
}

// end keeps the end of what is written to it.
type end struct {
	limit   int
	content []byte
	left    int
}

// Write keeps all, and from time to time drops what is surely not of the end.
func (e *end) Write(p []byte) (int, error) {
	e.content = append(e.content, p...)
	if len(e.content) > 2*e.limit {
		e.drop(len(e.content) - e.limit)
	}
	return len(p), nil
}

func (e *end) drop(number int) {
	e.left += number
	e.content = append(e.content[:0], e.content[number:]...)
}

// finish gives whole lines of the end, and how many bytes were before them.
func (e *end) finish() (content []byte, left int) {
	if len(e.content) > e.limit {
		e.drop(len(e.content) - e.limit)
	}
	if line := bytes.IndexByte(e.content, '\n'); e.left > 0 && line >= 0 {
		e.drop(line + 1)
	}
	return e.content, e.left
}
