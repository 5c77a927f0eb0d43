package objects

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/versity/versitygw/backend/meta"
)

// attributes keeps the attributes of buckets, objects and versions in files, so that each has a place of its own. versitygw puts those of
// an object into a folder "meta" below the object's key, where an object whose key goes on with "/meta/" would have them too; and those of
// old versions at their absolute path, below what is the folder of a bucket for everything else.
type attributes struct{ files meta.MetadataStorer }

var _ meta.MetadataStorer = attributes{}

const (
	// attributesDir is versitygw's name of a folder of attributes (backend/meta/sidecar.go, v1.8.0).
	attributesDir = "meta"
	// mark is put behind a part of a key that has this name, and behind one that ends with marks already.
	mark = "~"
	// versionsOf is where attributes of old versions are: no bucket's name begins with a dot.
	versionsOf = ".versions"
)

// key gives the place of an object below its bucket's. Two keys never have the same one.
func key(object string) string {
	parts := strings.Split(object, "/")
	for i, part := range parts {
		if strings.TrimRight(part, mark) == attributesDir {
			parts[i] = part + mark
		}
	}
	return strings.Join(parts, "/")
}

// place gives the place of a bucket, of an old version, whose path is absolute, or of an object with its bucket in one path.
func place(bucket string) string {
	if filepath.IsAbs(bucket) {
		return versionsOf + key(bucket)
	}
	name, object, ok := strings.Cut(bucket, "/")
	if !ok {
		return bucket
	}
	return name + "/" + key(object)
}

// RetrieveAttribute reads one.
func (a attributes) RetrieveAttribute(f *os.File, bucket, object, attribute string) ([]byte, error) {
	return a.files.RetrieveAttribute(f, place(bucket), key(object), attribute)
}

// StoreAttribute writes one.
func (a attributes) StoreAttribute(f *os.File, bucket, object, attribute string, value []byte) error {
	return a.files.StoreAttribute(f, place(bucket), key(object), attribute, value)
}

// DeleteAttribute removes one.
func (a attributes) DeleteAttribute(bucket, object, attribute string) error {
	return a.files.DeleteAttribute(place(bucket), key(object), attribute)
}

// ListAttributes names all.
func (a attributes) ListAttributes(bucket, object string) ([]string, error) {
	return a.files.ListAttributes(place(bucket), key(object))
}

// DeleteAttributes removes all; those of a bucket with those of its objects.
func (a attributes) DeleteAttributes(bucket, object string) error {
	return a.files.DeleteAttributes(place(bucket), key(object))
}

// RenameObject moves those of an object to another key.
func (a attributes) RenameObject(bucket, oldObject, newObject string) error {
	return a.files.RenameObject(place(bucket), key(oldObject), key(newObject))
}
