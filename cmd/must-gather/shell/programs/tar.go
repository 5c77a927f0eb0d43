package programs

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// tarAbout answers `tar --version`, by which oc finds out whether there is one.
const tarAbout = "tar of the Zot Artifact Store Operator's image for must-gather: it writes archives to standard output"

// Tar writes an archive of files and folders to standard output: `[-C FOLDER] -c [-f -] NAME...`, also as `cf - NAME...`. An option may
// come behind names, as oc writes them.
func Tar(args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "--version" {
		_, err := fmt.Fprintln(out, tarAbout)
		return err
	}
	folder, names, err := tarArguments(args)
	if err != nil {
		return err
	}
	writer := tar.NewWriter(out)
	for _, name := range names {
		if err := addAll(writer, folder, name); err != nil {
			return err
		}
	}
	return writer.Close()
}

func tarArguments(args []string) (folder string, names []string, err error) {
	folder = "."
	create := false
	for i := 0; i < len(args); i++ {
		value := func() string {
			if i++; i < len(args) {
				return args[i]
			}
			return ""
		}
		switch arg := args[i]; {
		case arg == "-C":
			folder = value()
		case arg == "-c":
			create = true
		case arg == "-cf" || arg == "-f" || i == 0 && arg == "cf":
			create = create || arg != "-f"
			if file := value(); file != "-" {
				return "", nil, fmt.Errorf("%s: this one writes to standard output alone (-f -)", file)
			}
		case strings.HasPrefix(arg, "-"):
			return "", nil, fmt.Errorf("%s: this one knows nothing but [-C FOLDER] -c [-f -] NAME...", arg)
		default:
			names = append(names, arg)
		}
	}
	if !create || len(names) == 0 {
		err = errors.New("this one writes archives alone: [-C FOLDER] -c [-f -] NAME...")
	}
	return folder, names, err
}

// addAll adds what is at a path, and below it. Names in the archive begin as the path does, as tar has them.
func addAll(writer *tar.Writer, folder, name string) error {
	top := name
	if !filepath.IsAbs(top) {
		top = filepath.Join(folder, name)
	}
	return filepath.WalkDir(top, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(top, file)
		if err != nil {
			return err
		}
		entryName := strings.TrimPrefix(path.Clean(name)+"/"+filepath.ToSlash(below), "/")
		if below == "." {
			entryName = strings.TrimPrefix(path.Clean(name), "/")
		}
		return add(writer, file, entryName, entry)
	})
}

func add(writer *tar.Writer, file, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	link := ""
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		if link, err = os.Readlink(file); err != nil {
			return err
		}
	case !info.Mode().IsRegular() && !info.IsDir(): // a socket, a device: nothing that was gathered
		return nil
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	header.Name = name
	if info.IsDir() {
		header.Name += "/"
	}
	if err := writer.WriteHeader(header); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	return copyInto(writer, file, info.Size())
}

// copyInto writes as much of a file as its header promises: one that grows is cut, one that shrinks is filled up.
func copyInto(writer io.Writer, file string, size int64) error {
	content, err := os.Open(file) // #nosec G304 -- the arguments name it
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	written, err := io.CopyN(writer, content, size)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", file, err)
	}
	_, err = io.CopyN(writer, zeros{}, size-written)
	return err
}

type zeros struct{}

// Read gives zeros, without end.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
