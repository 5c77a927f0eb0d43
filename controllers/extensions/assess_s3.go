package extensions

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// askAgain is when a gateway that does not serve is asked again what keeps it: no watch tells that its words have changed.
const askAgain = 10 * time.Second

// assessS3 tells how far the gateway is. good is false while it does not serve.
func assessS3(store component.Store, facts S3Facts) (condition board.Condition, good bool) {
	const kind = v1alpha1.ConditionExtensionsReady
	in := store.Input(Name)
	bad := func(reason, message string) (board.Condition, bool) {
		return board.False(kind, reason, "S3 API: "+message), false
	}
	switch {
	case facts.Holder.Store != "":
		return bad(v1alpha1.ReasonNameConflict, fmt.Sprintf("the %s %s belongs to store %s, which was there before this one. "+
			"Nothing is started while that store exists.", facts.Holder.Place.Kind, facts.Holder.Place.Name, facts.Holder.Store))
	case facts.Deployment == nil && waitsForUser(facts):
		return bad(v1alpha1.ReasonProgressing, "no gateway is started until "+component.UnknownUser)
	case facts.Deployment == nil:
		return bad(v1alpha1.ReasonProgressing, "the gateway is being created.")
	case serving(facts.Deployment):
		if growth := s3Growth(store, facts); growth.Stuck {
			return bad(v1alpha1.ReasonVolumeCannotGrow, growth.Message)
		}
		return board.Condition{}, true
	case rootMissing(in.Name, facts):
		return bad(v1alpha1.ReasonProgressing, fmt.Sprintf(
			"Secret %s with the root keys is not there; it is made anew, with other keys.", names.S3RootKeys(in.Name)))
	case facts.Problem != "":
		return bad(v1alpha1.ReasonObjectAPINotReady, "the gateway runs and does not serve: "+component.Sentence(facts.Problem))
	}
	if kind, words := ended(facts.Pods); kind != "" {
		return bad(kind, words)
	}
	if claim := facts.Claim; claim != nil && claim.Status.Phase == corev1.ClaimPending {
		return bad(v1alpha1.ReasonWaitingForVolume, fmt.Sprintf(
			"claim %s waits for its volume. %s%s", claim.Name, component.WhyWaits(claim), s3OtherClass(store, facts)))
	}
	return bad(v1alpha1.ReasonProgressing, fmt.Sprintf("the gateway does not serve yet. If it stays so: "+
		"`kubectl describe pod -n %s -l app.kubernetes.io/name=zot-s3-gateway` says why.", in.Namespace))
}

// s3Growth is what there is to tell of the volume's size, nothing where there is no volume.
func s3Growth(store component.Store, facts S3Facts) component.Growth {
	storage := store.Spec.Extensions.S3API.Storage
	if facts.Claim == nil || facts.Claim.Status.Phase != corev1.ClaimBound || storage.Type != v1alpha1.S3APIFilesystem {
		return component.Growth{}
	}
	return component.ClaimGrowth(facts.Claim, "spec.extensions.s3api.storage.size", *storage.Size)
}

// s3OtherClass is empty where the volume has the StorageClass that is asked for, and where there is no volume.
func s3OtherClass(store component.Store, facts S3Facts) string {
	storage := store.Spec.Extensions.S3API.Storage
	if facts.Claim == nil || storage.Type != v1alpha1.S3APIFilesystem {
		return ""
	}
	return component.OtherClass(facts.Claim, "spec.extensions.s3api.storage.storageClassName", storage.StorageClassName)
}

// ended says why the newest pod does not run, in its own words or those of the kubelet and the scheduler.
func ended(pods []corev1.Pod) (reason, message string) {
	if len(pods) == 0 {
		return "", ""
	}
	pod := pods[len(pods)-1]
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse &&
			condition.Reason == corev1.PodReasonUnschedulable {
			return v1alpha1.ReasonPodUnschedulable, "no node takes its pod: " + component.Scheduler(condition.Message)
		}
	}
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name != s3gateway.Container {
			continue
		}
		if waiting := status.State.Waiting; waiting != nil {
			switch waiting.Reason {
			case "ErrImagePull", "ImagePullBackOff", "InvalidImageName":
				return v1alpha1.ReasonImagePullFailed,
					fmt.Sprintf("image %s cannot be pulled: %s", status.Image, component.Sentence(waiting.Message))
			}
		}
		if last := status.LastTerminationState.Terminated; last != nil && last.Message != "" {
			return v1alpha1.ReasonObjectAPINotReady, "the gateway has ended: " + component.Sentence(last.Message)
		}
	}
	return "", ""
}

// s3Address is the address that the status shows.
func s3Address(in resources.Input, on bool) *string {
	address := ""
	if on {
		address = resources.S3Endpoint(in)
	}
	return &address
}
