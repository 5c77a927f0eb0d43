package objects

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
)

// The folders of a volume. Metadata is kept in files of its own: extended attributes do not exist on every volume (NFS), and on ext4 they
// hold less than a bucket policy may be long.
const (
	objectsDir  = "objects"
	metadataDir = "metadata"
	versionsDir = "versions"
)

// Only this process and its group may read what is on the volume; the group is the pod's fsGroup.
const (
	dirMode  fs.FileMode = 0o770
	fileMode fs.FileMode = 0o660
)

// actions is how many operations on files run at a time. Each may hold a thread.
const actions = 256

func openFilesystem(dataDir string) (backend.Backend, error) {
	folder := map[string]string{}
	for _, name := range []string{objectsDir, metadataDir, versionsDir} {
		folder[name] = filepath.Join(dataDir, name)
		if err := os.Mkdir(folder[name], dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("prepare the volume: %w", err)
		}
	}
	metadata, err := meta.NewSideCar(folder[metadataDir])
	if err != nil {
		return nil, fmt.Errorf("open the objects' metadata: %w", err)
	}
	options := posix.PosixOpts{
		SideCarDir: folder[metadataDir], VersioningDir: folder[versionsDir],
		Concurrency: actions, CopyObjectThreshold: copyLimit,
	}
	options.SetNewDirPerm(dirMode)
	options.SetNewFilePerm(fileMode)
	be, err := posix.New(folder[objectsDir], attributes{metadata}, options)
	if err != nil {
		return nil, fmt.Errorf("open the volume: %w", err)
	}
	return be, nil
}
