package guard

import (
	"io"

	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"
)

// body gives no more bytes than were told.
type body struct {
	io.Reader
	left int64
}

// summed is a body with a checksum behind its content. Backends look for it by its type.
type summed struct {
	body
	middlewares.ChecksumReader
}

func (s *summed) Read(p []byte) (int, error) { return s.body.Read(p) }

// measured holds a body to the size that the client has told.
func measured(reader io.Reader, size int64) io.Reader {
	if sum, ok := reader.(middlewares.ChecksumReader); ok {
		return &summed{body: body{reader, size}, ChecksumReader: sum}
	}
	return &body{reader, size}
}

// Read fails with S3's answer to a body that is not as long as it was told to be.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return 0, s3err.GetAPIError(s3err.ErrContentLengthMismatch)
	}
	return n, err
}

// discard takes the rest of a body that is refused. A client that still writes when the connection is closed is told that it was reset,
// and never why; S3 knows no body above 5 GiB.
func discard(reader io.Reader) {
	if reader != nil {
		_, _ = io.Copy(io.Discard, reader)
	}
}
