package main

import (
	"fmt"
	"io"
)

// What an archive may hold in all, and a layer when it is unpacked. Ours are a tenth of it; what is larger is no image of ours, or a few
// bytes that unpack without end.
const (
	archiveLimit = 512 << 20
	layerLimit   = 1 << 30
)

// bounded fails where there is more than the limit. A reader that ended there would show a part as the whole.
type bounded struct {
	io.Reader

	limit, read int64
}

// Read counts what it gives.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.read += int64(n); b.read > b.limit {
		return 0, fmt.Errorf("there is more than %d bytes, too much for an image that is read here", b.limit)
	}
	return n, err
}
