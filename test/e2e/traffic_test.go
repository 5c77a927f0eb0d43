package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

// walk is what a watch has seen of a store's pods.
type walk struct {
	// mixed are the moments at which pods of two rings were there at once.
	mixed []string
	// passages counts how often there was none.
	passages int
	// down is the largest number of pods whose zot did not run at once.
	down int
}

// watchMembers follows the store's pods from now on, event by event. What it gives ends the watch.
func watchMembers(ctx context.Context, store *v1alpha1.ZotArtifactStore) func() walk {
	GinkgoHelper()
	api := env.kubernetes.CoreV1().Pods(store.Namespace)
	options := metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: labels.Selector(store.Name)})}
	first, err := api.List(ctx, options)
	Expect(err).NotTo(HaveOccurred())
	there := map[string]corev1.Pod{}
	for i := range first.Items {
		there[first.Items[i].Name] = first.Items[i]
	}
	options.ResourceVersion = first.ResourceVersion
	events, err := api.Watch(ctx, options)
	Expect(err).NotTo(HaveOccurred())
	var out walk
	var following sync.WaitGroup
	var stopped atomic.Bool
	following.Go(func() {
		for event := range events.ResultChan() {
			pod, ok := event.Object.(*corev1.Pod)
			if !ok {
				out.mixed = append(out.mixed, fmt.Sprintf("the watch said %+v", event.Object))
				return
			}
			there[pod.Name] = *pod
			if event.Type == watch.Deleted {
				delete(there, pod.Name)
			}
			out.look(event.Type, there)
		}
		if !stopped.Load() {
			out.mixed = append(out.mixed, "the watch has ended")
		}
	})
	return func() walk {
		stopped.Store(true)
		events.Stop()
		following.Wait()
		return out
	}
}

func (w *walk) look(kind watch.EventType, there map[string]corev1.Pod) {
	rings, down := map[string]string{}, 0
	for name, pod := range there {
		rings[pod.Annotations[labels.Ring]] = name
		if zotOf(&pod).State.Running == nil {
			down++
		}
	}
	if len(rings) > 1 {
		w.mixed = append(w.mixed, fmt.Sprintf("%s: %v", kind, rings))
	}
	if len(there) == 0 && kind == watch.Deleted {
		w.passages++
	}
	w.down = max(w.down, down)
}

// zotOf is the status of a pod's zot.
func zotOf(pod *corev1.Pod) corev1.ContainerStatus {
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == handover.ZotContainer {
			return status
		}
	}
	return corev1.ContainerStatus{}
}

func podReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// pushers push without end, each to the store's Service, and remember what was acknowledged.
type pushers struct {
	stop  context.CancelFunc
	group sync.WaitGroup

	mutex        sync.Mutex
	acknowledged map[string]registry.Image // by tag, of which there is one of each
	failed       int
}

func startPushers(ctx context.Context, store *v1alpha1.ZotArtifactStore, number int) *pushers {
	ctx, cancel := context.WithCancel(ctx)
	p := &pushers{stop: cancel, acknowledged: map[string]registry.Image{}}
	DeferCleanup(func() { p.end() })
	for worker := range number {
		p.group.Go(func() {
			steadily(ctx, func(i int) {
				tag := fmt.Sprintf("w%d-%d", worker, i)
				var image registry.Image
				err := atRegistry(ctx, store, func(address string) (err error) {
					image, err = registry.Client{}.Send(ctx, address, repository(i%repositories), tag, registry.OCI)
					return err
				})
				p.note(tag, image, err)
			})
		})
	}
	return p
}

func (p *pushers) note(tag string, image registry.Image, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if err == nil {
		p.acknowledged[tag] = image
	} else {
		p.failed++
	}
}

// wait waits for that many more acknowledged pushes.
func (p *pushers) wait(ctx context.Context, more int) {
	GinkgoHelper()
	count := func() int {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		return len(p.acknowledged)
	}
	wanted := count() + more
	Eventually(ctx, count).WithTimeout(changeTimeout).WithPolling(interval).Should(BeNumerically(">=", wanted))
}

// end ends them and gives what they know.
func (p *pushers) end() (acknowledged map[string]registry.Image, failed int) {
	p.stop()
	p.group.Wait()
	return maps.Clone(p.acknowledged), p.failed
}

// steadily does something ten times a second, or as often as it can, until the context ends.
func steadily(ctx context.Context, do func(i int)) {
	ticker := time.NewTicker(time.Second / 10)
	defer ticker.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		do(i)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// pullers pull one image after the other without end, and go to another pod when one does not give it. Beside them somebody asks the
// pods whether one of them is there.
type pullers struct {
	stop  context.CancelFunc
	group sync.WaitGroup

	// pulled counts the images that came, silent how often no pod answered.
	pulled, silent int
	// failures are of images that no pod gave.
	failures []string
}

func startPullers(ctx context.Context, store *v1alpha1.ZotArtifactStore, images []registry.Image) *pullers {
	ctx, cancel := context.WithCancel(ctx)
	p := &pullers{stop: cancel}
	DeferCleanup(func() { p.end() })
	p.group.Go(func() {
		steadily(ctx, func(i int) {
			image := images[i%len(images)]
			err := atAnyMember(ctx, store, func(address string) error { return registry.Pull(ctx, address, image) })
			switch {
			case err == nil:
				p.pulled++
			case ctx.Err() == nil:
				p.failures = append(p.failures, image.Repository+": "+err.Error())
			}
		})
	})
	p.group.Go(func() {
		steadily(ctx, func(int) {
			err := atAnyMember(ctx, store, func(address string) error { return registry.Answers(ctx, address) })
			if err != nil && ctx.Err() == nil {
				p.silent++
			}
		})
	})
	return p
}

// atAnyMember tries one pod of two after the other.
func atAnyMember(ctx context.Context, store *v1alpha1.ZotArtifactStore, do func(address string) error) error {
	first := atMember(ctx, store, 0, do)
	if first == nil {
		return nil
	}
	second := atMember(ctx, store, 1, do)
	if second == nil {
		return nil
	}
	return errors.Join(first, second)
}

// end ends them and gives what they know.
func (p *pullers) end() (pulled int, failures []string, silent int) {
	p.stop()
	p.group.Wait()
	return p.pulled, slices.Clone(p.failures), p.silent
}
