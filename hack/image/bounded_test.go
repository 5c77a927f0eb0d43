package main

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// What is too large is an error, and no archive that ends earlier. What just fits is read.
func TestReadingIsBounded(t *testing.T) {
	content := &bytes.Buffer{}
	writer := tar.NewWriter(content)
	if err := writeEntry(writer, "a", make([]byte, 3*blockSize)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	size := int64(content.Len())
	layers, err := faulty(t, v1.Config{}, entry{tar.Header{Name: "a", Typeflag: tar.TypeReg}, make([]byte, 3*blockSize)}).Layers()
	if err != nil {
		t.Fatal(err)
	}
	for limit, fits := range map[int64]bool{size: true, size - 1: false, 4 * blockSize: false, 2 * blockSize: false, 0: false} {
		found, errArchive := readTar(bytes.NewReader(content.Bytes()), limit)
		report, errLayer := inspectLayer(layers[0], limit)
		for what, err := range map[string]error{"archive": errArchive, "layer": errLayer} {
			if fits && err != nil || !fits && (err == nil || !strings.Contains(err.Error(), "too much")) {
				t.Errorf("an %s of %d bytes, of which %d may be read: %v", what, size, limit, err)
			}
		}
		if fits && (len(found["a"]) != 3*blockSize || len(report.Files) != 1) {
			t.Errorf("%d bytes are read of a, files of the layer are %+v", len(found["a"]), report.Files)
		}
	}
}

// Readers of such an archive differ in which entry they take.
func TestAnEntryComesOnce(t *testing.T) {
	content := &bytes.Buffer{}
	writer := tar.NewWriter(content)
	for range 2 {
		if err := writeEntry(writer, indexFile, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := readTar(content, archiveLimit); err == nil || !strings.Contains(err.Error(), indexFile+" comes twice") {
		t.Errorf("got %v", err)
	}
}
