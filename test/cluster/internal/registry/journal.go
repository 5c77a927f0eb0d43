package registry

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
)

// entry is a request that changed a manifest.
type entry struct {
	Method      string `json:"method"`
	Path        string `json:"path"`
	ContentType string `json:"contentType,omitempty"`
	Body        []byte `json:"body,omitempty"`
}

// replay sends the request again.
func (e entry) replay(backend http.Handler) int {
	request := httptest.NewRequest(e.Method, e.Path, bytes.NewReader(e.Body))
	request.Header.Set("Content-Type", e.ContentType)
	answer := httptest.NewRecorder()
	backend.ServeHTTP(answer, request)
	return answer.Code
}

// journal is the list of changes to manifests, one JSON object per line.
type journal struct {
	mu   sync.Mutex
	file *os.File
}

// openJournal opens or creates a journal and returns what it holds so far.
func openJournal(path string) (*journal, []entry, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal of manifests: %w", err)
	}
	var entries []entry
	var whole int64 // bytes of complete entries: a crash may have cut the last one
	for reader := bufio.NewReader(file); ; {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read journal of manifests: %w", err)
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, nil, fmt.Errorf("journal of manifests, entry %d: %w", len(entries)+1, err)
		}
		entries, whole = append(entries, e), whole+int64(len(line))
	}
	if err := file.Truncate(whole); err != nil {
		return nil, nil, fmt.Errorf("repair journal of manifests: %w", err)
	}
	if _, err := file.Seek(whole, io.SeekStart); err != nil {
		return nil, nil, fmt.Errorf("seek in journal of manifests: %w", err)
	}
	return &journal{file: file}, entries, nil
}

func (j *journal) append(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode journal entry: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write journal of manifests: %w", err)
	}
	return nil
}
