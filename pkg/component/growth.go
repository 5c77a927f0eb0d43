package component

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Growth is what there is to tell about the size of a volume that serves.
type Growth struct {
	// Stuck is true for a volume that does not become as large as the spec asks for before somebody does something about it.
	Stuck bool
	// Message is empty if there is nothing to tell.
	Message string
}

// ClaimGrowth compares a bound claim with the size at the path of the spec.
func ClaimGrowth(claim *resources.LiveClaim, path string, wants resource.Quantity) Growth {
	asks, has := claim.Asks(), claim.Has()
	const serves = "The store serves with what it has."
	switch refusal := refusal(claim.PersistentVolumeClaim); {
	case has.Cmp(wants) >= 0 && asks.Cmp(has) > 0:
		// Kubernetes takes a growth back only as far as a size that the volume does not have.
		return Growth{Message: fmt.Sprintf("It has %s and its claim asks for %s, from when %s was larger: it may grow yet.",
			has.String(), asks.String(), path)}
	case asks.Cmp(wants) > 0 && asks.Cmp(has) <= 0:
		return Growth{Message: fmt.Sprintf("It has %s, more than the %s of %s: a volume cannot shrink.",
			has.String(), wants.String(), path)}
	case has.Cmp(wants) >= 0:
		return Growth{}
	case asks.Cmp(wants) < 0 && !claim.Grows:
		return Growth{Stuck: true, Message: fmt.Sprintf("%s asks for %s, claim %s has %s, and StorageClass %s does not let volumes grow "+
			"(allowVolumeExpansion). %s Let the class allow it if its provisioner can, or set the size back to %s.",
			path, wants.String(), claim.Name, has.String(), ClassName(claim.Spec.StorageClassName), serves, has.String())}
	case refusal != "":
		return Growth{Stuck: true, Message: fmt.Sprintf("%s asks for %s, claim %s has %s, and its provisioner does not grow it: %s %s "+
			"Provisioners try again at times; or set the size back to %s.",
			path, wants.String(), claim.Name, has.String(), Sentence(refusal), serves, has.String())}
	default:
		// Where a claim cannot be given a smaller size, it goes on asking for the larger one of before.
		to := wants
		if asks.Cmp(wants) > 0 {
			to = asks
		}
		return Growth{Message: fmt.Sprintf("It grows from %s to %s; if it stays so, `kubectl describe pvc %s -n %s` says why.",
			has.String(), to.String(), claim.Name, claim.Namespace)}
	}
}

// refusal is why a volume does not grow, in the words of its provisioner or of the kubelet (Kubernetes 1.32 and newer).
func refusal(claim *corev1.PersistentVolumeClaim) string {
	for _, condition := range claim.Status.Conditions {
		switch condition.Type {
		case corev1.PersistentVolumeClaimControllerResizeError, corev1.PersistentVolumeClaimNodeResizeError:
			if condition.Status == corev1.ConditionTrue {
				return condition.Message
			}
		default:
		}
	}
	return ""
}

// WhyWaits says what keeps a claim from its volume: that its StorageClass does not exist, or else who knows. Volumes that somebody has
// made by hand may name a class that does not exist, so that this alone is not wrong.
func WhyWaits(claim *resources.LiveClaim) string {
	asked := fmt.Sprintf("If it stays so: `kubectl describe pvc %s -n %s` says why.", claim.Name, claim.Namespace)
	if !claim.Classless {
		return asked
	}
	return fmt.Sprintf("StorageClass %s does not exist: `kubectl get storageclass` lists those that do. %s",
		ClassName(claim.Spec.StorageClassName), asked)
}

// OtherClass tells that the path of the spec asks for a StorageClass which a claim of another one cannot be given. It is empty if there
// is nothing to tell, and begins with a space.
func OtherClass(claim *resources.LiveClaim, path string, asked *string) string {
	has := claim.Spec.StorageClassName
	same := asked == nil || has != nil && *asked == *has || has == nil && *asked == ""
	if same || resources.ClassOpen(claim.PersistentVolumeClaim) {
		return ""
	}
	advice := ""
	if claim.Spec.VolumeName == "" {
		advice = " As it has no volume yet, it can be deleted: it is made again with the other one."
	}
	return fmt.Sprintf(" %s asks for %s, the claim has %s, which cannot be changed.%s", path, ClassName(asked), ClassName(has), advice)
}

// ClassName is the name of a StorageClass, for a message.
func ClassName(class *string) string {
	if class == nil || *class == "" {
		return "none"
	}
	return *class
}
