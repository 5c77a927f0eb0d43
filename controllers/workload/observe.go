package workload

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// Facts are what the controller has seen.
type Facts struct {
	Capabilities capabilities.Capabilities
	// ConstraintsAgain is when to look again whether the cluster assigns pods' users, where it has announced the API of its constraints and
	// does not serve it yet; else it is zero.
	ConstraintsAgain time.Duration
	// ClaimExists is about the storage controller's claim. Its binding is not waited for: it may wait for the pod.
	ClaimExists bool
	// Holder is another store that has this one's claim or bucket.
	Holder component.Holder
	// Workload is nil if there is none.
	Workload *appsv1.StatefulSet
	// Pods of the store, by name.
	Pods []Pod
	// ConfigMaps of the store, by name.
	ConfigMaps []string
	// Refusal is why there is no pod, nil if that was not asked.
	Refusal *Refusal
	// Cleared is true when a StatefulSet that is stopped has, and gets, no pod of another ring any more.
	Cleared bool
	// Unreachable are the names of Services of members that are not there yet.
	Unreachable []string
	// Outside is what the cluster has given to the ways in from outside.
	Outside resources.Outside
	// Issued is true when somebody else has made the certificate that the spec asks for.
	Issued bool
	// Configuration names the documents that the spec asks for.
	Configuration v1alpha1.ConfigurationStatus
	// Watched says whether agents are to be asked from time to time: zot runs with Secrets, or depends on something outside of its pods,
	// which may go bad at any time.
	Watched bool
}

// Pod is a pod of the store and what its agent says.
type Pod struct {
	*corev1.Pod
	// Current is true when the agent has confirmed the configuration that the spec asks for.
	Current bool
	// Checks are what the agent has found of what zot depends on, under that configuration, and what is wrong with the names in its
	// certificate.
	Checks []handover.Check
	// CertificateHosts and CertificateUntil are of the certificate that zot serves.
	CertificateHosts []string
	CertificateUntil time.Time
	// State is the agent's answer, if it was asked and answered.
	State *handover.State
	// Unreachable says why the agent did not answer, if it was asked and did not.
	Unreachable string
}

// problems are what keeps the pod's agent from applying what it sees: what the agent says, else the init container's last words.
func (p Pod) problems() []handover.Problem {
	if p.State != nil {
		return p.State.Problems
	}
	if problem, found := lastWords(p.Pod); found {
		return []handover.Problem{problem}
	}
	return nil
}

// Observe reads the store's objects from the cache, and asks the agents of those pods that are not known to be up to date. Where
// there should be pods and are none, it asks the API server why.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	again, err := component.Noticed(ctx, c.Constraints)
	facts := Facts{Capabilities: c.Capabilities.Current(), ConstraintsAgain: again}
	if err != nil {
		return facts, err
	}
	namespace := store.Object.Namespace
	if facts.ClaimExists, err = claimExists(ctx, cached, store); err != nil {
		return facts, err
	}
	if facts.Holder, err = component.FindHolder(ctx, cached, store); err != nil {
		return facts, err
	}

	workload := &appsv1.StatefulSet{}
	err = cached.Get(ctx, client.ObjectKey{Namespace: namespace, Name: names.Workload(store.Object.Name)}, workload)
	switch {
	case err == nil:
		facts.Workload = workload
	case !apierrors.IsNotFound(err):
		return facts, fmt.Errorf("read StatefulSet: %w", err)
	}

	mine := []client.ListOption{
		client.InNamespace(namespace),
		client.MatchingLabels{labels.Store: store.Object.Name, labels.Component: Name},
	}
	configs := &corev1.ConfigMapList{}
	if err := cached.List(ctx, configs, mine...); err != nil {
		return facts, fmt.Errorf("list config maps: %w", err)
	}
	for i := range configs.Items {
		facts.ConfigMaps = append(facts.ConfigMaps, configs.Items[i].Name)
	}
	slices.Sort(facts.ConfigMaps)

	pods := &corev1.PodList{}
	if err := cached.List(ctx, pods, mine...); err != nil {
		return facts, fmt.Errorf("list pods: %w", err)
	}
	slices.SortFunc(pods.Items, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	if err := c.observeOutside(ctx, cached, store, &facts); err != nil {
		return facts, err
	}
	// A spec that cannot be rendered is Plan's to report.
	documents, err := render(asRun(store, facts))
	facts.Watched = len(documents.Credentials) > 0 || len(subjects(store.Spec)) > 0
	facts.Configuration = v1alpha1.ConfigurationStatus{Boot: documents.Hash, Live: handover.ShortHash(documents.Live)}
	for i := range pods.Items {
		pod := Pod{Pod: &pods.Items[i]}
		if err == nil {
			c.ask(ctx, store, facts.Outside, &pod, documents)
		}
		facts.Pods = append(facts.Pods, pod)
	}
	if err := c.observeMembers(ctx, cached, store, &facts); err != nil {
		return facts, err
	}
	facts.Refusal = c.why(ctx, facts)
	return facts, nil
}

// claimExists is true for a claim that is the store's. Another store's of its name is the storage controller's to tell; no pod is started
// on it.
func claimExists(ctx context.Context, cached client.Reader, store component.Store) (bool, error) {
	claim := &corev1.PersistentVolumeClaim{}
	err := cached.Get(ctx, client.ObjectKey{Namespace: store.Object.Namespace, Name: names.Claim(store.Object.Name)}, claim)
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("read claim: %w", err)
	}
	return err == nil && claim.Labels[labels.Store] == store.Object.Name, nil
}

// ask fills in what the pod's agent says about the documents.
func (c Component) ask(
	ctx context.Context, store component.Store, outside resources.Outside, pod *Pod, documents zotconfig.Documents,
) {
	wanted := applied{boot: handover.Hash(documents.Boot), live: handover.Hash(documents.Live)}
	trust := func(said answer) time.Duration {
		doubt := doubtful(store.Spec, named(store, outside, said))
		if doubt > 0 || len(documents.Credentials) == 0 && len(subjects(store.Spec)) == 0 {
			return doubt
		}
		return trustFor
	}
	take := func(said answer) {
		pod.Checks, pod.CertificateHosts, pod.CertificateUntil = named(store, outside, said), said.hosts, said.notAfter
	}
	if said, current := c.memory.confirmed(pod.UID, wanted, trust); current {
		pod.Current = true
		take(said)
		return
	}
	if !agentRuns(pod.Pod) {
		return
	}
	why, alone := c.memory.alone(pod.UID)
	if alone {
		pod.Unreachable = why
		return
	}
	state, err := c.Agents.State(ctx, pod.Pod)
	if err != nil {
		c.memory.failed(pod.UID, err.Error())
		pod.Unreachable, _ = c.memory.alone(pod.UID)
		return
	}
	pod.State = &state
	said := answer{confirmed: wanted, checks: state.Checks, hosts: state.CertificateHosts, notAfter: state.CertificateNotAfter}
	if state.Boot == wanted.boot {
		take(said)
	}
	if state.Applied && len(state.Problems) == 0 && (applied{boot: state.Boot, live: state.Live}) == wanted {
		pod.Current = true
		c.memory.confirm(pod.UID, said)
	}
}

func agentRuns(pod *corev1.Pod) bool {
	for i := range pod.Status.ContainerStatuses {
		status := &pod.Status.ContainerStatuses[i]
		if status.Name == handover.AgentContainer {
			return status.State.Running != nil && pod.Status.PodIP != "" && pod.DeletionTimestamp == nil
		}
	}
	return false
}
