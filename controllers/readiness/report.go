package readiness

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	ac "github.com/zot-artifact-store/operator/apis/v1alpha1/applyconfiguration/apis/v1alpha1"
)

// statusIntent is the whole status: what is not in it is removed. It is for this version of the object: the server does not compare
// the UID of a status, so that the version alone keeps news of a deleted store from its successor.
func statusIntent(
	store *v1alpha1.ZotArtifactStore, version string, s v1alpha1.ZotArtifactStoreStatus,
) *ac.ZotArtifactStoreApplyConfiguration {
	status := ac.ZotArtifactStoreStatus().
		WithPhase(s.Phase).
		WithObservedGeneration(*s.ObservedGeneration).
		WithReplicas(*s.Replicas).
		WithReadyReplicas(*s.ReadyReplicas)
	for i := range s.Conditions {
		c := &s.Conditions[i]
		status.WithConditions(metaac.Condition().
			WithType(c.Type).WithStatus(c.Status).WithReason(c.Reason).WithMessage(c.Message).
			WithObservedGeneration(c.ObservedGeneration).WithLastTransitionTime(c.LastTransitionTime))
	}
	setIfAny(s.Selector, func(v string) { status.WithSelector(v) })
	setIfAny(s.Version, func(v string) { status.WithVersion(v) })
	setIfAny(s.ServiceEndpoint, func(v string) { status.WithServiceEndpoint(v) })
	setIfAny(s.ExternalEndpoint, func(v string) { status.WithExternalEndpoint(v) })
	setIfAny(s.S3Endpoint, func(v string) { status.WithS3Endpoint(v) })
	if volume := s.Storage; volume != nil {
		intent := ac.StorageStatus()
		setIfAny(volume.ClaimName, func(v string) { intent.WithClaimName(v) })
		if volume.Capacity != nil {
			intent.WithCapacity(*volume.Capacity)
		}
		status.WithStorage(intent)
	}
	if running := s.Configuration; running != nil {
		status.WithConfiguration(ac.ConfigurationStatus().WithBoot(running.Boot).WithLive(running.Live))
	}
	if served := s.Certificate; served != nil {
		status.WithCertificate(ac.CertificateStatus().WithNotAfter(*served.NotAfter))
	}
	return ac.ZotArtifactStore(store.Name, store.Namespace).WithUID(store.UID).WithResourceVersion(version).WithStatus(status)
}

func setIfAny(value string, set func(string)) {
	if value != "" {
		set(value)
	}
}

// transition is a condition whose status or reason has changed.
type transition struct {
	condition metav1.Condition
	// warning: somebody has to do something.
	warning bool
}

// transitions lists them. What a new store begins with is no news while it only waits, and a change of Ready's reason is told by
// the condition that it comes from, but for the begin and the end of a pause, which are nobody else's.
func transitions(before, after []metav1.Condition) []transition {
	old := map[string]metav1.Condition{}
	for _, c := range before {
		old[c.Type] = c
	}
	var out []transition
	for _, c := range after {
		was, known := old[c.Type]
		warning := c.Status != metav1.ConditionTrue && !passing(c.Reason)
		switch {
		case known && (was.Reason == v1alpha1.ReasonPaused) != (c.Reason == v1alpha1.ReasonPaused):
			out = append(out, transition{condition: c, warning: warning})
		case known && was.Status == c.Status && (was.Reason == c.Reason || c.Type == v1alpha1.ConditionReady):
		case !known && !warning && (c.Status != metav1.ConditionTrue || c.Reason == v1alpha1.ReasonNotRequested):
		default:
			out = append(out, transition{condition: c, warning: warning})
		}
	}
	return out
}
