// Package labels holds every label and annotation key that the operator writes, and the sets made from them.
package labels

// Keys of labels and annotations.
const (
	// App is the label of the user's document: `kubectl get pods -l app=zot-artifact-store`.
	App = "app"
	// AppValue is the value of App on every pod of every store.
	AppValue = "zot-artifact-store"

	// ManagedBy marks what the operator has made. The operator's cache holds only objects that carry it.
	ManagedBy = "app.kubernetes.io/managed-by"
	// Manager is the value of ManagedBy.
	Manager = "zot-operator"
	// Name is the recommended label for the application.
	Name = "app.kubernetes.io/name"
	// Instance is the recommended label for the store's name.
	Instance = "app.kubernetes.io/instance"
	// Store is the name of the store that an object belongs to.
	Store = "artifacts.zot.io/store"
	// Component is the controller that owns an object.
	Component = "artifacts.zot.io/component"

	// Endpoint tells the Service of the registry from others of the store. It says of what the Service is the way in.
	Endpoint = "artifacts.zot.io/endpoint"
	// Registry is the value of Endpoint on the Service of the registry.
	Registry = "registry"

	// operatorComponent is the recommended label for a part of an application.
	operatorComponent = "app.kubernetes.io/component"

	// Intent is the annotation with the hash of what was applied last. It tells that nothing needs to be removed.
	Intent = "artifacts.zot.io/intent"
	// ConfigHash is the annotation on pods that names the pair of config maps that the pod mounts.
	ConfigHash = "artifacts.zot.io/config-hash"
	// Ring is the annotation on the pods of a store of several: their number, and what else decides which of them serves a repository.
	// Pods of another ring must never run beside them. A pod without it is the only one of its store.
	Ring = "artifacts.zot.io/ring"
	// Stopped is the annotation on a StatefulSet that is to have no pod until all of another ring are gone.
	Stopped = "artifacts.zot.io/stopped"
	// DefaultContainer is kubectl's annotation for the container that `kubectl logs` shows.
	DefaultContainer = "kubectl.kubernetes.io/default-container"
)

// Object gives the labels of an object of the store that the component owns.
func Object(store, component string) map[string]string {
	return map[string]string{
		App:       AppValue,
		ManagedBy: Manager,
		Name:      "zot",
		Instance:  store,
		Store:     store,
		Component: component,
	}
}

// RegistryService gives the labels by which the Service of a store's registry is found, and no other Service.
func RegistryService(store string) map[string]string {
	return map[string]string{Store: store, Endpoint: Registry}
}

// Operator gives the labels by which the operator's own pods are found, wherever they run.
func Operator() map[string]string {
	return map[string]string{Name: Manager, operatorComponent: "manager"}
}

// Selector gives the labels that select the pods of a store. The set is frozen: a StatefulSet's selector cannot be changed.
func Selector(store string) map[string]string {
	return map[string]string{App: AppValue, Store: store}
}

// s3Name is the recommended label for the application, on the pods of S3 gateways.
const s3Name = "zot-s3-gateway"

// S3Pod gives the labels of an S3 gateway's pod. They lack App: by that and the store's name the registry's pods are selected.
func S3Pod(store, component string) map[string]string {
	return map[string]string{ManagedBy: Manager, Name: s3Name, Instance: store, Store: store, Component: component}
}

// S3Selector gives the labels that select the pods of a store's S3 gateway. The set is frozen, as Selector's.
func S3Selector(store string) map[string]string {
	return map[string]string{Name: s3Name, Store: store}
}
