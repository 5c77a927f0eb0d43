package validation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// Unreadable looks for amounts that are none in the JSON of a store that cannot be decoded because of them, or had better not be. It gives
// nothing about other reasons for which an object cannot be decoded: the schema tells them.
func Unreadable(raw []byte) field.ErrorList {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var object struct {
		Spec any `json:"spec"`
	}
	if err := decoder.Decode(&object); err != nil {
		return nil
	}
	return amountsIn(specPath, reflect.TypeFor[v1alpha1.ZotArtifactStoreSpec](), object.Spec)
}

// amountsIn walks a value along the type into which it should fit. What does not fit is left out.
func amountsIn(path *field.Path, t reflect.Type, got any) field.ErrorList {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[resource.Quantity]() {
		return amountOf(path, got)
	}
	var errs field.ErrorList
	if t.Kind() == reflect.Struct {
		object, _ := got.(map[string]any)
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				errs = append(errs, amountsIn(path, f.Type, got)...)
			} else if value, ok := object[name]; ok {
				errs = append(errs, amountsIn(path.Child(name), f.Type, value)...)
			}
		}
	}
	if t.Kind() == reflect.Slice {
		list, _ := got.([]any)
		for i, value := range list {
			errs = append(errs, amountsIn(path.Index(i), t.Elem(), value)...)
		}
	}
	return errs
}

// farOff finds what takes minutes to compare with another amount, or to print.
var farOff = regexp.MustCompile(`[eE][+-]?[0-9]{3,}$`)

func amountOf(path *field.Path, got any) field.ErrorList {
	text := ""
	switch v := got.(type) {
	case nil:
		return nil
	case string:
		text = v
	case json.Number:
		text = v.String()
	}
	if farOff.MatchString(text) {
		return field.ErrorList{field.Invalid(path, got, fmt.Sprintf("%s has an exponent of more than two digits, which is no amount of"+
			" anything: write a number and a unit, for example 20Gi, 512Mi or 500m", path))}
	}
	if _, err := resource.ParseQuantity(text); err == nil {
		return nil
	}
	return field.ErrorList{field.Invalid(path, got, fmt.Sprintf("%s is no amount that Kubernetes can read: write a number and, if it has"+
		" one, a unit without blank, for example 20Gi or 512Mi (not 20GB), and 500m or 2 of CPU", path))}
}
