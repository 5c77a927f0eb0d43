package guard

import (
	"context"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
)

const (
	// partsPage is how many parts are asked for at once; S3 knows no larger page.
	partsPage = 1000
	// remembered is for how many uploads the sizes of parts are kept in memory. What is forgotten is asked for again.
	remembered = 4096
)

// uploadID names an upload in parts.
type uploadID struct{ bucket, key, id string }

// uploads remembers the sizes of parts, as asking the backend at each part would take time that grows with their number.
type uploads struct {
	mutex sync.Mutex
	byID  map[uploadID]*upload
}

func newUploads() *uploads { return &uploads{byID: map[uploadID]*upload{}} }

// upload is what is known of one upload.
type upload struct {
	mutex  sync.Mutex
	stored map[int32]int64
	// coming are parts on their way, by a number of their own: a client may send one part twice at a time.
	coming map[int]part
	next   int
}

type part struct {
	number int32
	size   int64
}

func (u *uploads) get(ctx context.Context, be backend.Backend, id uploadID) (*upload, error) {
	u.mutex.Lock()
	found := u.byID[id]
	u.mutex.Unlock()
	if found != nil {
		return found, nil
	}
	parts, err := listParts(ctx, be, id)
	if err != nil {
		return nil, err
	}
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if found = u.byID[id]; found != nil {
		return found, nil
	}
	if len(u.byID) >= remembered {
		for other := range u.byID {
			delete(u.byID, other)
			break
		}
	}
	found = &upload{stored: parts, coming: map[int]part{}}
	u.byID[id] = found
	return found, nil
}

func (u *uploads) forget(id uploadID) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	delete(u.byID, id)
}

// reserve takes room for a part and gives what to call when it is stored or not. Without room it gives the size that the upload would
// have, and nil. A part that is sent again takes the room of the one before.
func (u *upload) reserve(number int32, size, limit int64) (int64, func(stored bool)) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	largest := map[int32]int64{number: size}
	for number, size := range u.stored {
		if _, replaced := largest[number]; !replaced {
			largest[number] = size
		}
	}
	for _, coming := range u.coming {
		if coming.number != number {
			largest[coming.number] = max(largest[coming.number], coming.size)
		}
	}
	var total int64
	for _, size := range largest {
		total += size
	}
	if total > limit {
		return total, nil
	}
	ticket := u.next
	u.next++
	u.coming[ticket] = part{number, size}
	return total, func(stored bool) {
		u.mutex.Lock()
		defer u.mutex.Unlock()
		delete(u.coming, ticket)
		if stored {
			u.stored[number] = size
		}
	}
}

// listParts asks the backend for the sizes of the parts that it has.
func listParts(ctx context.Context, be backend.Backend, id uploadID) (map[int32]int64, error) {
	parts := map[int32]int64{}
	marker, page := "", int32(partsPage)
	for {
		result, err := be.ListParts(ctx, &s3.ListPartsInput{
			Bucket: &id.bucket, Key: &id.key, UploadId: &id.id, MaxParts: &page, PartNumberMarker: &marker,
		})
		if err != nil {
			return nil, err
		}
		for _, part := range result.Parts {
			parts[int32(part.PartNumber)] = part.Size // S3 has at most 10000 parts.
		}
		if !result.IsTruncated || len(result.Parts) == 0 {
			return parts, nil
		}
		marker = strconv.Itoa(result.NextPartNumberMarker)
	}
}
