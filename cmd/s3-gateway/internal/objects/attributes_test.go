package objects

import "testing"

// Each key has a place of its own, which is none where attributes are.
func TestPlacesOfAttributes(t *testing.T) {
	for bucket, want := range map[string]string{
		"meta": "meta", "team/a": "team/a", "team/meta": "team/meta~", "/var/lib/s3/versions/meta/ab": ".versions/var/lib/s3/versions/meta~/ab",
	} {
		if got := place(bucket); got != want {
			t.Errorf("%s: got %s, want %s", bucket, got, want)
		}
	}
	places := map[string]string{}
	for object, want := range map[string]string{
		"": "", "meta": "meta~", "meta/": "meta~/", "meta~": "meta~~", "meta~~": "meta~~~", "meta/policy": "meta~/policy", "a/meta/b/meta": "a/meta~/b/meta~",
		"a/meta~/b": "a/meta~~/b", "metadata": "metadata", "~meta": "~meta", "a~": "a~", "meta~a": "meta~a", ".sgwtmp/multipart/x/y": ".sgwtmp/multipart/x/y",
	} {
		got := key(object)
		if got != want {
			t.Errorf("%s: got %s, want %s", object, got, want)
		}
		if other, ok := places[got]; ok {
			t.Errorf("%s and %s have one place", object, other)
		}
		places[got] = object
	}
}
