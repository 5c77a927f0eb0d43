// Package guard holds a backend of versitygw to what the store's spec promises. Limit lets no object become larger than the largest
// upload, however it comes: in one piece, in parts, as a form, or as a copy. Only shows one bucket, where objects are kept in a bucket or
// container that somebody else owns. Names lets no name of an object, an upload or a version lead out of its bucket. All are backends
// themselves, so nothing that versitygw serves goes around them.
package guard
