package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// packCommand packs the files of a folder, under the folder's name.
func packCommand(in inputs, _ io.Writer) (err error) {
	file, err := os.Create(in.output)
	if err != nil {
		return err
	}
	compressed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	packed := tar.NewWriter(compressed)
	root := filepath.Clean(in.folder)
	// WalkDir goes by name.
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(root), path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path) // #nosec G304 G122 -- a folder of ours
		if err != nil {
			return err
		}
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(data)), ModTime: time.Unix(0, 0),
			Format: tar.FormatUSTAR,
		}
		if err := packed.WriteHeader(header); err != nil {
			return err
		}
		_, err = packed.Write(data)
		return err
	})
	return errors.Join(err, packed.Close(), compressed.Close(), file.Close())
}
