package apply

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// comparer tells whether a live object already carries an intent, by the schema of its kind: lists are compared by their keys,
// values in their canonical form, and what the server has added is not looked at.
type comparer struct {
	known   managedfields.TypeConverter
	deduced managedfields.TypeConverter
}

func newComparer(scheme *runtime.Scheme) comparer {
	return comparer{
		known:   applyconfigurations.NewTypeConverter(scheme),
		deduced: managedfields.NewDeducedTypeConverter(),
	}
}

// carries is true when applying the intent to the live object would change no value. Fields that an older intent had and this
// one has not are not seen here: the hash annotation, which is part of the intent, tells of them.
func (c comparer) carries(live client.Object, wanted intent) (bool, error) {
	live, ok := live.DeepCopyObject().(client.Object)
	if !ok {
		return false, fmt.Errorf("compare %s: copy is no object", wanted.ref)
	}
	live.GetObjectKind().SetGroupVersionKind(wanted.ref.GroupVersionKind)
	have, want, err := c.typed(live, wanted)
	if err != nil {
		return false, fmt.Errorf("compare %s: %w", wanted.ref, err)
	}
	merged, err := have.Merge(want)
	if err != nil {
		return false, fmt.Errorf("compare %s: %w", wanted.ref, err)
	}
	difference, err := have.Compare(merged)
	if err != nil {
		return false, fmt.Errorf("compare %s: %w", wanted.ref, err)
	}
	return difference.IsSame(), nil
}

// typed uses the schema that client-go carries; for kinds of other groups it deduces one, in which lists are compared whole.
func (c comparer) typed(live client.Object, wanted intent) (have, want *typed.TypedValue, err error) {
	have, err = c.known.ObjectToTyped(live, typed.AllowDuplicates)
	if err == nil {
		want, err = c.known.ObjectToTyped(wanted.object)
		return have, want, err
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(live)
	if err != nil {
		return nil, nil, err
	}
	generic := wanted.object.NewEmptyInstance()
	generic.SetUnstructuredContent(content)
	if have, err = c.deduced.ObjectToTyped(generic); err != nil {
		return nil, nil, err
	}
	want, err = c.deduced.ObjectToTyped(wanted.object)
	return have, want, err
}
